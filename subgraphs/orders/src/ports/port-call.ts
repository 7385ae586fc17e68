/** What every sideways call carries along. */
export interface PortCall {
  readonly correlationId: string;
  readonly signal?: AbortSignal;
}
