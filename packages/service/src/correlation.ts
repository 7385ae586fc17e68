import { AsyncLocalStorage } from 'node:async_hooks';
import { createId } from '@swiftcart/graphql';
import { HEADERS } from './headers.ts';

const current = new AsyncLocalStorage<string>();
const acceptable = /^[A-Za-z0-9._-]{1,64}$/;

/** The id under which logs, errors and events of the running request are found; undefined outside of requests. */
export function currentCorrelationId(): string | undefined {
  return current.getStore();
}

/** Runs `work` so that everything it logs and answers carries the id. */
export function withCorrelationId<Result>(correlationId: string, work: () => Result): Result {
  return current.getStore() === correlationId ? work() : current.run(correlationId, work);
}

/** The caller's id when it is short and harmless in a log line, else a new one. */
export function correlationIdOf(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  const given = headers[HEADERS.correlationId];
  return typeof given === 'string' && acceptable.test(given) ? given : createId('req');
}
