export { CommandError } from './command-error.ts';
export {
  type EmbeddedMongodb,
  type EmbeddedMongodbOptions,
  type ServerLogger,
  startEmbeddedMongodb,
} from './server/start-embedded-mongodb.ts';
