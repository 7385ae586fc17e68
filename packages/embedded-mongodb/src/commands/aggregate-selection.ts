import type { Selection } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { refuseInMatch } from '../query/match-stage.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import { namespaceOf, optionalDocument } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { maxTimeOf } from './find.ts';

/** `aggregate: 1` runs on the database: its pipeline brings its own documents. */
export function aggregateNamespace(context: CommandContext): string {
  return typeof context.body['aggregate'] === 'string' ? namespaceOf(context) : `${context.database}.$cmd.aggregate`;
}

/** What expressions and comparisons of the command depend on. */
export function variablesOf(context: CommandContext) {
  const collection = context.catalog.find(aggregateNamespace(context));
  return {
    collation: optionalDocument(context.body, 'collation') ?? collection?.options['collation'],
    let: optionalDocument(context.body, 'let'),
    now: context.now(),
    textIndex: (collection?.isView ? undefined : collection)?.textIndex,
  };
}

/**
 * What the planner can do for a pipeline: its leading `$match` stages, the `$sort` behind them and the `$limit` behind
 * that. The rest runs on the rows it finds.
 */
export function splitSelection(
  context: CommandContext,
  stages: readonly unknown[],
): { readonly selection: Selection; readonly rest: readonly unknown[] } {
  const variables = variablesOf(context);
  const matches: Doc[] = [];
  let at = 0;
  for (; bsonTypeOf(operandOf(stages[at], '$match')) === 'object'; at += 1) {
    matches.push(operandOf(stages[at], '$match') as Doc);
  }
  for (const match of matches) refuseInMatch(match);
  const sort = operandOf(stages[at], '$sort');
  const hasSort = isDocument(sort) && Object.keys(sort).length > 0;
  if (hasSort) at += 1;
  const limit = operandOf(stages[at], '$limit');
  const hasLimit = isNumeric(limit) && Number.isInteger(toDouble(limit)) && toDouble(limit) > 0;
  if (hasLimit) at += 1;
  const filterSpec = matches.length === 1 && matches[0] ? matches[0] : matches.length > 1 ? { $and: matches } : {};
  const selection: Selection = {
    filterSpec,
    filter: compileFilter(filterSpec, variables),
    collation: variables.collation,
    hint: context.body['hint'],
    deadlineMs: maxTimeOf(context),
    ...(hasSort ? { sort } : {}),
    ...(hasLimit ? { limit: toDouble(limit) } : {}),
  };
  return { selection, rest: stages.slice(at) };
}

function operandOf(stage: unknown, name: string): unknown {
  return isDocument(stage) && Object.keys(stage).length === 1 ? stage[name] : undefined;
}
