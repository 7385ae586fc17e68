import { type StartedProcess, startProcess } from './start-process.ts';

/** A running shop and where it answers. */
export interface StartedShop extends StartedProcess {
  /** The gateway's GraphQL endpoint, `http://127.0.0.1:PORT/graphql`. */
  readonly url: string;
  /** The same for graphql-ws. */
  readonly socketUrl: string;
}

/** The two ways one process runs the shop: `npm start` (in-process) and `npm run dev` (five ports, HTTP between them). */
export type Wiring = 'in-process' | 'five-ports';

/** Starts the shop as its users do, on free ports, keeping its data in the given folder. */
export async function startShop(
  wiring: Wiring,
  dataDirectory: string,
  env: Record<string, string> = {},
): Promise<StartedShop> {
  const entry = wiring === 'in-process' ? 'app/src/main.ts' : 'app/src/dev.ts';
  const started = startProcess(entry, {
    PORT: '0',
    DATA_DIR: dataDirectory,
    LOG_LEVEL: 'warn',
    RATE_LIMITS: 'off',
    ...env,
  });
  const [, url = ''] = await started.waitFor(/(http:\/\/127\.0\.0\.1:\d+\/graphql)\b[\s\S]*is ready/);
  return { ...started, url, socketUrl: url.replace('http', 'ws') };
}
