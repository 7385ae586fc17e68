import { parseArgs } from 'node:util';

/** What one run of the harness is asked to do. */
export interface FaultOptions {
  /** Decides every fault and every shopper's choices. */
  readonly seed: number;
  /** How long faults are inflicted; starting, healing and checking come on top. */
  readonly seconds: number;
  readonly shoppers: number;
}

/** Where the outcome of a run goes besides the lines for people. */
export interface ReportOptions {
  /** File for the outcome of each check as JSON; null for none. */
  readonly report: string | null;
  /** Print each fault as it begins and ends. */
  readonly isVerbose: boolean;
  /** Print the report as the Markdown tables of docs/faults.md. */
  readonly isMarkdown: boolean;
}

/** Reads `--seed`, `--seconds` or `--minutes`, `--shoppers`, `--report`, `--markdown`, `--verbose`. Throws naming the option that is malformed. */
export function readOptions(args: readonly string[], freshSeed: () => number): FaultOptions & ReportOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      seconds: { type: 'string' },
      minutes: { type: 'string' },
      shoppers: { type: 'string' },
      report: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
  });
  if (values.seconds !== undefined && values.minutes !== undefined) throw new Error('--seconds or --minutes, not both');
  const number = (
    name: 'seed' | 'seconds' | 'minutes' | 'shoppers',
    low: number,
    high: number,
    otherwise: number,
  ): number => {
    const text = values[name];
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new Error(`--${name} must be a whole number from ${low} to ${high}, not ${text}`);
    }
    return value;
  };
  const minutes = number('minutes', 1, 24 * 60, 1);
  return {
    seed: number('seed', 0, 2 ** 32 - 1, freshSeed()),
    seconds: values.minutes === undefined ? number('seconds', 5, 86_400, 60) : minutes * 60,
    shoppers: number('shoppers', 1, 500, 20),
    report: values.report ?? null,
    isMarkdown: values.markdown,
    isVerbose: values.verbose,
  };
}
