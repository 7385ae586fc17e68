import { hasRole, type Viewer } from '@swiftcart/identity';
import type { CommandContext, CommandTools } from './commands/command-context.ts';
import type { Caller } from './domain/delivery-access.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { DeliveryFeed } from './streams/delivery-feed.ts';

/** What lives as long as the process. */
export interface ProcessContext {
  readonly tools: CommandTools;
  readonly feed: DeliveryFeed;
}

/** What one operation works with; it is also what a command on the caller's behalf takes. */
export interface RequestContext extends CommandContext {
  readonly viewer: Viewer;
  readonly feed: DeliveryFeed;
  readonly loaders: Loaders;
  readonly signal: AbortSignal | undefined;
}

export function createRequestContext(
  { tools, feed }: ProcessContext,
  { viewer, correlationId, signal }: { viewer: Viewer; correlationId: string; signal: AbortSignal | undefined },
): RequestContext {
  const caller: Caller = {
    userId: viewer.kind === 'user' ? viewer.userId : null,
    isOperator: hasRole(viewer, 'OPERATOR'),
    isRider: hasRole(viewer, 'RIDER'),
  };
  return { ...tools, feed, viewer, caller, correlationId, signal, loaders: createLoaders(tools.store) };
}
