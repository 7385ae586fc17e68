import { startEmbeddedMongodb } from '../src/index.ts';

// The process that kill.test.ts kills: a server on the directory it is given.
const [dataDirectory = '', compactAfterBytes = '0'] = process.argv.slice(2);
const server = await startEmbeddedMongodb({ dataDirectory, compactAfterBytes: Number(compactAfterBytes) });
console.log(server.url);
