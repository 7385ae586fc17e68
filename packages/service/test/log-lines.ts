import { createLogger, type Logger } from '../src/index.ts';

/** A logger whose lines a test can read. */
export function recordingLogger(level = 'info'): { logger: Logger; lines: Record<string, unknown>[]; text(): string } {
  const lines: Record<string, unknown>[] = [];
  const texts: string[] = [];
  const destination = {
    write(text: string) {
      texts.push(text);
      lines.push(JSON.parse(text));
    },
  };
  return { logger: createLogger({ name: 'test', level, destination }), lines, text: () => texts.join('') };
}
