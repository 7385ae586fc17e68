import { Int32, Long } from 'bson';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import { type Doc, isDocument } from '../values/bson-type.ts';
import { collectionStats } from './collection-stats.ts';
import type { CommandContext } from './command.ts';
import { requireNoView } from './views.ts';

/** A pipeline's first stage that brings documents of its own in place of the collection's. */
const SOURCES: Readonly<Record<string, (context: CommandContext, namespace: string, operand: unknown) => Doc[]>> = {
  $collStats: describeCollection,
  $indexStats: describeIndexes,
  $listLocalSessions: describeSession,
  $currentOp: describeOperation,
  $changeStream() {
    throw new CommandError(40573, 'The $changeStream stage is only supported on replica sets');
  },
  $listSearchIndexes: refuseSearchIndexes,
  $search: refuseSearch,
  $searchMeta: refuseSearch,
  $vectorSearch: refuseSearch,
};

const FOR_SEARCH =
  'requires additional configuration. Please connect to Atlas or an AtlasCLI local deployment to enable. For more information on how to connect, see https://dochub.mongodb.org/core/atlas-cli-deploy-local-reqs.';

/** What a mongod outside Atlas says to every command about search indexes. */
export const NO_SEARCH_INDEXES = `Using Atlas Search Database Commands and the $listSearchIndexes aggregation stage ${FOR_SEARCH}`;

function refuseSearchIndexes(): never {
  throw new CommandError(31082, NO_SEARCH_INDEXES);
}

function refuseSearch(): never {
  throw new CommandError(31082, `Using $search and $vectorSearch aggregation stages ${FOR_SEARCH}`);
}

/** The documents of a leading source stage, or undefined when the pipeline reads its collection. */
export function sourceDocuments(context: CommandContext, namespace: string, first: unknown): Doc[] | undefined {
  const [name = ''] = isDocument(first) ? Object.keys(first) : [];
  const source = Object.hasOwn(SOURCES, name) ? SOURCES[name] : undefined;
  return source?.(context, namespace, (first as Doc)[name]);
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/collStats/ : `count` and `storageStats`. */
function describeCollection(context: CommandContext, namespace: string, operand: unknown): Doc[] {
  const collection = requireCollection(context, namespace);
  if (!isDocument(operand)) throw new CommandError(10001, '$collStats must take a nested object');
  const described: Doc = { ns: namespace, host: 'localhost', localTime: context.now() };
  if (operand['storageStats']) described['storageStats'] = collectionStats(collection);
  if (operand['count']) described['count'] = new Int32(collection.size);
  return [described];
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/indexStats/ : accesses are not counted. */
function describeIndexes(context: CommandContext, namespace: string): Doc[] {
  return requireCollection(context, namespace).indexDefinitions.map(({ name, spec }) => ({
    name,
    key: spec['key'],
    host: 'localhost',
    accesses: { ops: Long.ZERO, since: context.startedAt },
    spec,
  }));
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/listLocalSessions/ : sessions are not kept, so the caller's own. */
function describeSession({ body, now }: CommandContext): Doc[] {
  return isDocument(body['lsid']) ? [{ _id: body['lsid'], lastUse: now() }] : [];
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/currentOp/ */
function describeOperation(context: CommandContext): Doc[] {
  if (context.database !== 'admin')
    throw new CommandError(73, '$currentOp must be run against the admin database with {aggregate: 1}');
  return [runningOperation(context)];
}

/** Commands run one at a time, so the only one under way is the one that asks. */
export function runningOperation({ body, connectionId, database, now }: CommandContext): Doc {
  return {
    host: 'localhost',
    type: 'op',
    active: true,
    connectionId: new Int32(connectionId),
    currentOpTime: now(),
    op: 'command',
    ns: 'admin.$cmd.aggregate',
    command: { ...body, $db: database },
  };
}

function requireCollection(context: CommandContext, namespace: string): Collection {
  requireNoView(context.catalog, namespace);
  const collection = context.catalog.find(namespace);
  if (!collection) throw new CommandError(26, `Collection [${namespace}] not found.`);
  return collection;
}
