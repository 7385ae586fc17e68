// A status stream as a process of its own, to be killed, stopped, continued and replaced:
// `node --import tsx status-process.ts <port> <file>`. The file's lines are the history; it outlives the process.
import { existsSync, readFileSync, watchFile } from 'node:fs';
import { buildSubgraph, createLogger, startSubgraphServer } from '@swiftcart/service';
import { detailsTypeDefs, statusTypeDefs } from './status-schema.ts';

const [port = '0', file = '', kind = 'status'] = process.argv.slice(2);
const logger = createLogger({ name: kind, level: 'silent' });
const length = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);
const wakeUps = new Set<() => void>();
let known = length();
watchFile(file, { interval: 20 }, () => {
  known = length();
  for (const wakeUp of [...wakeUps]) wakeUp();
});

interface Context {
  readonly signal: AbortSignal | undefined;
}

async function* follow({ afterPosition }: { afterPosition?: number | null }, { signal }: Context) {
  let next = (afterPosition ?? Math.max(known - 1, 0)) + 1;
  while (!signal?.aborted) {
    for (; next <= known; next += 1) {
      yield { changed: { event: { position: next, text: `event ${next}` }, subject: { id: `s${next}` } } };
    }
    await new Promise<void>((resolve) => {
      const wakeUp = () => {
        wakeUps.delete(wakeUp);
        signal?.removeEventListener('abort', wakeUp);
        resolve();
      };
      wakeUps.add(wakeUp);
      signal?.addEventListener('abort', wakeUp, { once: true });
    });
  }
}

const schemas = {
  status: () =>
    buildSubgraph({
      typeDefs: statusTypeDefs,
      resolvers: {
        Subscription: { changed: { subscribe: (_: unknown, args: object, context: Context) => follow(args, context) } },
      },
    }),
  details: () =>
    buildSubgraph({
      typeDefs: detailsTypeDefs,
      resolvers: {
        Subject: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          label: ({ id }: { id: string }) => `label of ${id}`,
          extra: ({ id }: { id: string }) => `extra of ${id}`,
        },
      },
    }),
};
const subgraph = {
  name: kind,
  schema: kind === 'details' ? schemas.details() : schemas.status(),
  createContext: async ({ signal }: { signal?: AbortSignal | undefined }): Promise<Context> => ({ signal }),
};
const server = await startSubgraphServer({ subgraph, host: '127.0.0.1', port: Number(port), logger });
process.stdout.write(`${server.port}\n`);
