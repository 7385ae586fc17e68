import { NO_JAVASCRIPT } from '../aggregate/expressions/object.ts';
import { CommandError } from '../command-error.ts';
import { explainSelection } from '../planner/explain-plan.ts';
import { type Selection, select } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { type Doc, isDocument } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import { asAggregation, stagesOf } from './aggregate.ts';
import { aggregateNamespace, splitSelection } from './aggregate-selection.ts';
import {
  assertKnownFields,
  countOf,
  namespaceOf,
  optionalDocument,
  requireArray,
  requireDocument,
} from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { maxTimeOf } from './find.ts';
import { resolveView } from './views.ts';

/** https://www.mongodb.com/docs/manual/reference/command/explain/ : reads and writes; nothing is changed. */
export const explain: Command = {
  run(context) {
    assertKnownFields(context.body, 'explain', ['explain', 'verbosity']);
    const inner = requireDocument(context.body, 'explain', 'explain');
    const commandName = Object.keys(inner)[0] ?? '';
    const verbosity = context.body['verbosity'] ?? 'allPlansExecution';
    if (!['queryPlanner', 'executionStats', 'allPlansExecution'].includes(verbosity as string)) {
      throw new CommandError(9, `verbosity string must be one of queryPlanner, executionStats, allPlansExecution`);
    }
    const explained = { ...context, commandName, body: inner };
    if (commandName === 'aggregate') return explainAggregate(explained, verbosity as string);
    const query = queryOf(inner, commandName);
    const namespace = namespaceOf(explained);
    if (context.catalog.find(namespace)?.isView)
      return explainAggregate(asAggregation(explained, stagesOf(query)), verbosity as string);
    const collation = optionalDocument(query, 'collation') ?? context.catalog.find(namespace)?.options['collation'];
    const filterSpec = optionalDocument(query, 'filter') ?? {};
    const { textIndex } = context.catalog.find(namespace) ?? {};
    const filter = compileFilter(filterSpec, {
      textIndex,
      collation,
      let: optionalDocument(inner, 'let'),
      now: context.now(),
    });
    const selection: Selection = {
      ...{ filterSpec, filter, collation, hint: query['hint'] },
      sort: optionalDocument(query, 'sort'),
      skip: countOf(query, 'skip') ?? 0,
      limit: Math.abs(toDouble(query['limit'] ?? 0)) || Number.POSITIVE_INFINITY,
      deadlineMs: maxTimeOf(explained),
    };
    return report(explained, namespace, selection, verbosity as string);
  },
};

/** For `explain` and for aggregate's own `explain: true`, which stops at the plan. */
export function explainAggregate(context: CommandContext, verbosity = 'queryPlanner'): Doc {
  const pipeline = requireArray(context.body, 'pipeline', 'aggregate');
  const view = resolveView(context.catalog, aggregateNamespace(context));
  const { selection, rest } = splitSelection(context, view ? [...view.pipeline, ...pipeline] : pipeline);
  const explained = report(context, view?.namespace ?? aggregateNamespace(context), selection, verbosity);
  if (rest.length === 0) return explained;
  const { explainVersion, command, serverInfo, ...cursor } = explained;
  return { explainVersion, stages: [{ $cursor: cursor }, ...rest], command, serverInfo };
}

function report(context: CommandContext, namespace: string, selection: Selection, verbosity: string): Doc {
  const collection = context.catalog.find(namespace);
  const startedMs = performance.now();
  const selected = select(collection, selection);
  const { queryPlanner, executionStats } = explainSelection(
    ...([namespace, collection, selection, selected, performance.now() - startedMs] as const),
  );
  return {
    explainVersion: '1',
    queryPlanner,
    ...(verbosity === 'queryPlanner' ? {} : { executionStats: statsFor(executionStats, verbosity) }),
    command: { ...context.body, $db: context.database },
    serverInfo: { host: 'localhost', version: 'embedded' },
  };
}

/** One plan is made and none tried against it, so there is nothing to tell of others. */
function statsFor(executionStats: Doc, verbosity: string): Doc {
  return verbosity === 'allPlansExecution' ? { ...executionStats, allPlansExecution: [] } : executionStats;
}

/** Each command names its query differently. */
function queryOf(inner: Doc, commandName: string): Doc {
  switch (commandName) {
    case 'find':
      return inner;
    case 'count':
    case 'distinct':
    case 'findAndModify':
    case 'findandmodify':
      return { ...inner, filter: inner['query'], ...(commandName.startsWith('find') ? { limit: 1 } : {}) };
    case 'update':
    case 'delete': {
      const [statement] = requireArray(inner, commandName === 'update' ? 'updates' : 'deletes', commandName);
      if (!isDocument(statement)) throw new CommandError(14, 'a statement must be an object');
      return {
        ...statement,
        filter: statement['q'],
        limit: statement['limit'] ?? (statement['multi'] === true ? 0 : 1),
      };
    }
    case 'mapReduce':
    case 'mapreduce':
      throw new CommandError(31246, NO_JAVASCRIPT);
    default:
      throw new CommandError(59, `Explain failed due to unknown command: ${commandName}`);
  }
}
