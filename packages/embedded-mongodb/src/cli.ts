import { parseArgs } from 'node:util';
import { startEmbeddedMongodb } from './server/start-embedded-mongodb.ts';

const USAGE = `embedded-mongodb: a MongoDB-protocol server in Node.js

  --data <directory>   keep the data here (default ./data)
  --memory             keep nothing
  --port <number>      default 27017; 0 takes any free port
  --host <address>     default 127.0.0.1; there is no authentication
  --test-commands      lets clients make commands fail (configureFailPoint), for driver tests
  --help
`;

/** Runs the server until SIGTERM or SIGINT. Prints one line of JSON when it listens, and `stopped` at the end. */
export async function runCli(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (!options) return;
  try {
    const server = await startEmbeddedMongodb({
      ...options,
      logger: {
        info: () => undefined,
        warn: (details, message) => console.error(message, JSON.stringify(details)),
        error: (details, message) => console.error(message, details),
      },
      onFailure: () => process.exit(1),
    });
    console.log(JSON.stringify({ ...options, listening: server.url, port: server.port, pid: process.pid }));
    const stop = async () => {
      await server[Symbol.asyncDispose]();
      console.log('stopped');
      process.exit(0);
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  } catch (error) {
    console.error(`embedded-mongodb: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

function readOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        memory: { type: 'boolean', default: false },
        port: { type: 'string', default: '27017' },
        host: { type: 'string', default: '127.0.0.1' },
        'test-commands': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${values.port} is no port`);
    if (values.memory && values.data !== undefined) throw new Error('--memory and --data exclude each other');
    if (values.help) {
      console.log(USAGE);
      return undefined;
    }
    const where = values.memory ? { memory: true } : { dataDirectory: values.data ?? 'data' };
    const testCommands = values['test-commands'] ? { testCommands: true } : {};
    return { host: values.host, port, ...where, ...testCommands };
  } catch (error) {
    console.error(`embedded-mongodb: ${(error as Error).message}\n\n${USAGE}`);
    process.exitCode = 1;
    return undefined;
  }
}
