/** The environment is malformed or incomplete; the message names the variables, one problem a line. The process stops. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/**
 * Reads typed settings. Absent or empty means the default; no default means required. A malformed value is collected and
 * a harmless stand-in returned, so that `assertValid` can name everything that is wrong at once.
 */
export interface EnvReader {
  string(name: string, options?: StringOptions): string;
  optionalString(name: string): string | undefined;
  /** A whole number in decimal notation; `min` and `max` are inclusive. */
  integer(name: string, options: { default?: number; min?: number; max?: number }): number;
  /** `1 0 true false on off yes no`, in any case. */
  flag(name: string, options: { default: boolean }): boolean;
  /** `protocols` without the colon: `['http', 'https']`. */
  url(name: string, options?: { default?: string; protocols?: readonly string[] }): string;
  optionalUrl(name: string, options?: { protocols?: readonly string[] }): string | undefined;
  /** Comma separated; blanks around entries and empty entries are dropped. */
  list(name: string, options?: { default?: readonly string[] }): string[];
  /** For contradictions between variables: name both in the text. */
  problem(message: string): void;
  /** Throws ConfigError naming every problem met so far. */
  assertValid(): void;
}

export interface StringOptions {
  default?: string;
  oneOf?: readonly string[];
  minLength?: number;
}

const flags: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  on: true,
  yes: true,
  '0': false,
  false: false,
  off: false,
  no: false,
};

/** `source` is `process.env`, handed over in the one place of a process that may read it. */
export function createEnvReader(source: Readonly<Record<string, string | undefined>>): EnvReader {
  const problems: string[] = [];
  // Empty counts as absent: compose files and k8s manifests set variables they do not use to ''.
  const read = (name: string): string | undefined => source[name]?.trim() || undefined;

  function settingOf<Value>(
    name: string,
    fallback: Value | undefined,
    standIn: Value,
    parse: (text: string) => Parsed<Value>,
  ): Value {
    const text = read(name);
    if (text === undefined) {
      if (fallback === undefined) problems.push(`${name} is required`);
      return fallback ?? standIn;
    }
    const parsed = parse(text);
    if ('ok' in parsed) return parsed.ok;
    problems.push(`${name} ${parsed.wrong}`);
    return fallback ?? standIn;
  }

  return {
    string: (name, options = {}) => settingOf(name, options.default, '', (text) => parseString(text, options)),
    optionalString: read,
    integer: (name, options) =>
      settingOf(name, options.default, options.min ?? 0, (text) => parseInteger(text, options)),
    flag: (name, options) =>
      settingOf(name, options.default, false, (text) => {
        const flag = flags[text.toLowerCase()];
        return flag === undefined ? { wrong: `must be one of on, off, true, false, yes, no, 1, 0` } : { ok: flag };
      }),
    url: (name, options = {}) => settingOf(name, options.default, '', (text) => parseUrl(text, options.protocols)),
    optionalUrl: (name, options = {}) =>
      read(name) === undefined
        ? undefined
        : settingOf(name, undefined, '', (text) => parseUrl(text, options.protocols)),
    list: (name, options = {}) =>
      settingOf(name, options.default === undefined ? undefined : [...options.default], [], (text) => ({
        ok: text
          .split(',')
          .map((entry) => entry.trim())
          .filter((entry) => entry !== ''),
      })),
    problem: (message) => void problems.push(message),
    assertValid() {
      if (problems.length > 0) throw new ConfigError(problems.join('\n'));
    },
  };
}

type Parsed<Value> = { ok: Value } | { wrong: string };

// The values themselves stay out of the messages: some are secrets.
function parseString(text: string, { oneOf, minLength }: StringOptions): Parsed<string> {
  if (oneOf !== undefined && !oneOf.includes(text)) return { wrong: `must be one of ${oneOf.join(', ')}` };
  if (minLength !== undefined && text.length < minLength)
    return { wrong: `must have at least ${minLength} characters` };
  return { ok: text };
}

function parseInteger(text: string, { min, max }: { min?: number; max?: number }): Parsed<number> {
  const number = /^[+-]?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) return { wrong: 'must be a whole number' };
  if (min !== undefined && number < min) return { wrong: `must be at least ${min}` };
  if (max !== undefined && number > max) return { wrong: `must be at most ${max}` };
  return { ok: number };
}

function parseUrl(text: string, protocols: readonly string[] | undefined): Parsed<string> {
  const protocol = URL.canParse(text) ? new URL(text).protocol.slice(0, -1) : undefined;
  if (protocol === undefined) return { wrong: 'must be a URL' };
  if (protocols !== undefined && !protocols.includes(protocol))
    return { wrong: `must be a URL starting with ${protocols.join(' or ')}` };
  return { ok: text };
}
