import type { LoadRequest } from '../support/load-process.ts';

/** One thing to measure: a supergraph, where its real subgraphs are, and the requests that are sent. */
export interface BenchCase extends AsyncDisposable {
  readonly name: string;
  readonly title: string;
  readonly supergraphSdl: string;
  /** The real subgraphs, asked once while replies are recorded. */
  readonly upstreams: Readonly<Record<string, string>>;
  readonly requests: readonly LoadRequest[];
  readonly concurrency: number;
  /** Requests in one round of one gateway. */
  readonly perRound: number;
  /** Settings of our gateway beyond what the shop sets in production. */
  readonly gatewayEnv: Readonly<Record<string, string>>;
  /** A process of gateway and subgraphs in one, answering the same requests; started after recording. */
  wholeProcess(): Promise<WholeProcess>;
}

/** How gateway and subgraphs run in one process. */
export interface WholeProcess {
  readonly title: string;
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether it also takes what the gateway by itself is given (supergraph file, keys, limits). */
  readonly isGatewayEnv: boolean;
  readonly urlPattern: RegExp;
}

/** The keys and settings that every process of a run shares. */
export interface BenchKeys {
  readonly servicePrivateKey: string;
  readonly jwtPrivateKey: string;
  readonly jwks: object;
  /** An `authorization` header of a customer. */
  bearer(userId: string): string;
}
