import { ConfigError } from './env-reader.ts';
import { createLogger, type Logger } from './logger.ts';

/** What a process runs. */
export interface RunningProcess extends AsyncDisposable {
  /** Stops taking work and lets running work finish; called before dispose. */
  drain?(): Promise<void>;
}

export interface RunProcessOptions {
  name: string;
  /**
   * Opens everything. A ConfigError becomes one line on standard error per problem, and exit code 1. `signal` aborts when the
   * process is told to stop meanwhile: a start that waits for something may then give up, and the process ends as asked.
   */
  start(signal: AbortSignal): Promise<RunningProcess>;
  logger?: Logger | undefined;
  /** For drain and dispose together; then the process ends with code 1. Default 25 s, below Kubernetes' 30 s. */
  stopTimeoutMs?: number | undefined;
}

/**
 * A process's life: start, wait for SIGTERM or SIGINT, drain, dispose, print `stopped`, exit 0. A second signal ends it
 * at once. A signal during the start is obeyed when the start is through or has given up. Resolves when the process is up.
 */
export async function runProcess({
  name,
  start,
  logger = createLogger({ name }),
  stopTimeoutMs = 25_000,
}: RunProcessOptions): Promise<void> {
  let running: RunningProcess | undefined;
  let stopping: NodeJS.Signals | undefined;
  const starting = new AbortController();

  async function stop(): Promise<void> {
    logger.info({ signal: stopping }, 'stopping');
    const timer = setTimeout(() => {
      logger.error({ stopTimeoutMs }, 'did not stop in time');
      process.exit(1);
    }, stopTimeoutMs);
    try {
      await running?.drain?.();
      await running?.[Symbol.asyncDispose]();
    } catch (error) {
      logger.error({ err: error }, 'did not stop cleanly');
      process.exit(1);
    }
    clearTimeout(timer);
    // Written before exiting: whoever waits for the word must find it even through a slow pipe.
    process.stdout.write('stopped\n', () => process.exit(0));
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping !== undefined) process.exit(1);
      stopping = signal;
      starting.abort(new Error(`told to stop by ${signal}`));
      if (running !== undefined) void stop();
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      // State is unknown after this; a clean restart is the only safe continuation.
      logger.fatal({ err: error }, event);
      process.exit(1);
    });
  }

  try {
    running = await start(starting.signal);
  } catch (error) {
    if (stopping !== undefined) return stop();
    for (const line of reasonsOf(error)) process.stderr.write(`${name}: ${line}\n`);
    if (!(error instanceof ConfigError)) logger.debug({ err: error }, 'start failed');
    process.exit(1);
  }
  logger.info('started');
  if (stopping !== undefined) await stop();
}

function reasonsOf(error: unknown): string[] {
  if (error instanceof ConfigError) return error.message.split('\n');
  const message = error instanceof Error ? error.message : String(error);
  const isPortTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error;
  return [
    isPortTaken
      ? `cannot start: port ${String(error.port)} is taken (PORT chooses another)`
      : `cannot start: ${message.split('\n')[0]}`,
  ];
}
