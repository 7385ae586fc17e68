import type { AssertionSigner } from '@swiftcart/identity';
import { HEADERS } from '@swiftcart/service';
import type { CallContext } from './data-source.ts';

/** The headers one subgraph gets with a call: what the client may pass on, and who the client is, vouched for. */
export type CallHeaders = (subgraph: string, call: CallContext) => Record<string, string>;

/** Without a signer (a gateway that authenticates nobody) no identity is sent. */
export function createCallHeaders(signer: AssertionSigner | undefined): CallHeaders {
  return (subgraph, call) => {
    const headers: Record<string, string> = { ...call.headers, [HEADERS.correlationId]: call.correlationId };
    if (signer !== undefined) headers[HEADERS.identity] = signer.forViewer(subgraph, call.viewer);
    return headers;
  };
}
