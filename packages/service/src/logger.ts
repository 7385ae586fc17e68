import { type DestinationStream, type Logger, pino } from 'pino';
import { currentCorrelationId } from './correlation.ts';

export type { Logger } from 'pino';

const secretFields = [
  'authorization',
  'cookie',
  'password',
  'newPassword',
  'currentPassword',
  'token',
  'accessToken',
  'refreshToken',
  'code',
  'handoverCode',
  'clientSecret',
  '["set-cookie"]',
  '["x-swiftcart-identity"]',
  '["x-cart-token"]',
];
// Error codes say what went wrong and are wanted in the log; the codes to hide are those people type in.
const redactedPaths = secretFields.flatMap((field) => {
  const at = (parent: string) => (field.startsWith('[') ? `${parent}${field}` : `${parent}.${field}`);
  const own = field.startsWith('[') ? field : field;
  const nested = [at('headers'), at('req.headers'), at('variables'), at('input'), at('variables.input')];
  return field === 'code' ? nested : [own, ...nested];
});

export interface LoggerOptions {
  /** The process or part, e.g. `orders`. */
  name: string;
  /** pino's levels, and `silent`; default `info`. */
  level?: string | undefined;
  /** Default: standard output. */
  destination?: DestinationStream | undefined;
}

/** JSON lines with the running request's correlation id; secrets in the usual places are blotted out. */
export function createLogger({ name, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    redact: { paths: redactedPaths, censor: '[redacted]' },
    mixin: () => {
      const correlationId = currentCorrelationId();
      return correlationId === undefined ? {} : { correlationId };
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
