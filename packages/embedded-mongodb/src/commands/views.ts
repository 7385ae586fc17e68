import { splitOutput } from '../aggregate/output-stage.ts';
import { preparePipeline } from '../aggregate/run-pipeline.ts';
import { CommandError } from '../command-error.ts';
import type { Catalog } from '../engine/catalog.ts';
import type { Doc } from '../values/bson-type.ts';
import type { CommandContext } from './command.ts';

/** https://www.mongodb.com/docs/manual/core/views/ : views on views, this many at most. */
const MAX_VIEW_DEPTH = 20;

/** The collection under a view, and the pipeline that makes the view of it. */
export interface ResolvedView {
  readonly namespace: string;
  readonly pipeline: readonly unknown[];
}

/** Undefined when the namespace is no view. Throws 165 when views stand on views too deep. */
export function resolveView(catalog: Catalog, namespace: string): ResolvedView | undefined {
  const pipeline: unknown[] = [];
  let at = namespace;
  for (let depth = 0; depth <= MAX_VIEW_DEPTH; depth += 1) {
    const collection = catalog.find(at);
    if (!collection?.isView) return depth === 0 ? undefined : { namespace: at, pipeline };
    const { viewOn, pipeline: own } = collection.options;
    pipeline.unshift(...(own as unknown[]));
    at = `${namespace.slice(0, namespace.indexOf('.'))}.${viewOn}`;
  }
  throw new CommandError(165, `View depth too deep or view cycle detected; maximum depth is ${MAX_VIEW_DEPTH}`);
}

/** Refuses a view whose pipeline is wrong or writes, or that would stand on itself. */
export function checkView(context: CommandContext, namespace: string, options: Doc): void {
  const pipeline = options['pipeline'] as unknown[];
  if (splitOutput(pipeline, { now: context.now() }).output) {
    throw new CommandError(167, 'The aggregation stages $out and $merge are not supported in a view');
  }
  preparePipeline(pipeline, { now: context.now(), collation: options['collation'], lookupCollection: () => [] });
  const base = `${context.database}.${options['viewOn']}`;
  const seen = new Set([namespace]);
  for (let at = base; ; ) {
    if (seen.has(at)) throw new CommandError(5, `View cycle detected: ${[...seen, at].join(' => ')}`);
    seen.add(at);
    const under = context.catalog.find(at);
    if (!under?.isView) return;
    if (seen.size > MAX_VIEW_DEPTH)
      throw new CommandError(165, `View depth exceeded; maximum depth is ${MAX_VIEW_DEPTH}`);
    at = `${context.database}.${under.options['viewOn']}`;
  }
}

const NOT_ON_VIEWS: ReadonlySet<string> = new Set([
  ...['insert', 'update', 'delete', 'findAndModify', 'findandmodify', 'createIndexes', 'dropIndexes', 'deleteIndexes'],
  ...['listIndexes', 'collStats', 'collstats', 'validate', 'convertToCapped'],
]);

/** Throws 166 for a command that needs a collection, on a view. */
export function refuseOnView({ catalog, database, commandName, body }: CommandContext): void {
  if (NOT_ON_VIEWS.has(commandName)) requireNoView(catalog, `${database}.${body[commandName]}`);
}

export function requireNoView(catalog: Catalog, namespace: string): void {
  if (!catalog.find(namespace)?.isView) return;
  throw new CommandError(166, `Namespace ${namespace} is a view, not a collection`);
}
