import { isErrorCode } from '@swiftcart/graphql';
import type { SubgraphError } from './data-source.ts';

/** A subgraph ended a stream with errors (or would not open it). */
export class StreamRefusedError extends Error {
  override readonly name = 'StreamRefusedError';
  readonly subgraph: string;
  readonly errors: readonly SubgraphError[];
  constructor(subgraph: string, errors: readonly SubgraphError[]) {
    super(errors.map(({ message }) => message).join('; '));
    this.subgraph = subgraph;
    this.errors = errors;
  }

  /** Whether it says something to clients (a code of our contract); otherwise it is a fault inside the subgraph. */
  get isVerdict(): boolean {
    return this.errors.some(({ extensions }) => saysSomethingToClients(extensions?.['code']));
  }
}

/** The connection to a subgraph was lost under a stream, or could not be made. */
export class StreamLostError extends Error {
  override readonly name = 'StreamLostError';
  readonly subgraph: string;
  /** Whether the subgraph may have begun the stream: events may then have been sent that nobody received. */
  readonly hasBegun: boolean;
  constructor(subgraph: string, hasBegun: boolean, cause: unknown) {
    super(`The stream of ${subgraph} was lost.`, { cause });
    this.subgraph = subgraph;
    this.hasBegun = hasBegun;
  }
}

/** Codes of our contract are meant for clients; the rest is a subgraph's own affair. */
export function saysSomethingToClients(code: unknown): boolean {
  return isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR' && !code.startsWith('GRAPHQL_');
}
