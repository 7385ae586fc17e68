export { CommandError } from './command-error.ts';
export type { ServerLogger } from './server/server-logger.ts';
export {
  type EmbeddedMongodb,
  type EmbeddedMongodbOptions,
  startEmbeddedMongodb,
} from './server/start-embedded-mongodb.ts';
export { StorageError } from './storage/storage-error.ts';
