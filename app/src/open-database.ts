import { startEmbeddedMongodb } from '@swiftcart/embedded-mongodb';

/** A MongoDB the shop may use, and who has to close it. */
export interface Database {
  readonly uri: string;
  /** For people: which database this is and where its data lies. */
  readonly description: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The database at `mongodbUri`, else an embedded one that keeps its data below `dataDirectory`. */
export async function openDatabase(mongodbUri: string | undefined, dataDirectory: string): Promise<Database> {
  if (mongodbUri !== undefined) {
    const { host } = new URL(mongodbUri);
    return { uri: mongodbUri, description: `MongoDB at ${host}`, [Symbol.asyncDispose]: async () => undefined };
  }
  const embedded = await startEmbeddedMongodb({
    port: 0,
    dataDirectory: `${dataDirectory}/database`,
    onFailure(error) {
      // Nothing can be kept any more: the process must end, loudly, rather than serve what it will forget.
      queueMicrotask(() => {
        throw error;
      });
    },
  });
  return {
    uri: embedded.url,
    description: `embedded, data in ${dataDirectory}/database`,
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  };
}
