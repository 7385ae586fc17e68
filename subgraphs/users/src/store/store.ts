import { databaseTimeouts } from '@swiftcart/service';
import { type Connection, createConnection, mongo } from 'mongoose';
import { createEmailTokensCollection } from './email-tokens.ts';
import { createNotificationsCollection } from './notifications.ts';
import { createOtpChallengesCollection } from './otp-challenges.ts';
import { createSendWindowsCollection } from './send-windows.ts';
import { createSessionsCollection } from './sessions.ts';
import { createUsersCollection } from './users.ts';

export type Store = Awaited<ReturnType<typeof openStore>>;

/** Connects, creates the indexes and returns the collections. Disposing closes the connection. */
export async function openStore(mongodbUri: string, databaseName: string) {
  const connection: Connection = await createConnection(mongodbUri, {
    dbName: databaseName,
    ...databaseTimeouts,
  }).asPromise();
  const collections = {
    users: createUsersCollection(connection),
    sessions: createSessionsCollection(connection),
    otpChallenges: createOtpChallengesCollection(connection),
    emailTokens: createEmailTokensCollection(connection),
    notifications: createNotificationsCollection(connection),
    sendWindows: createSendWindowsCollection(connection),
  };
  for (const { model } of Object.values(collections)) await model.createIndexes();
  return {
    ...collections,
    connection,
    isConnected: (): boolean => connection.readyState === 1,
    async [Symbol.asyncDispose](): Promise<void> {
      await connection.close();
    },
  };
}

/** The indexed field that a write collided on; undefined for every other error. */
export function duplicateField(error: unknown): string | undefined {
  if (!(error instanceof mongo.MongoServerError) || error.code !== 11_000) return undefined;
  const pattern: unknown = error['keyPattern'];
  return typeof pattern === 'object' && pattern !== null ? Object.keys(pattern)[0] : undefined;
}
