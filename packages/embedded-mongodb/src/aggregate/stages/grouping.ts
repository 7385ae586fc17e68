import { bsonTypeOf, type Doc, isDocument } from '../../values/bson-type.ts';
import { putField } from '../../values/fields.ts';
import { encodeKey } from '../../values/key.ts';
import { location } from '../../values/refusals.ts';
import { sortDocuments } from '../../values/sort.ts';
import { type CompiledAccumulator, compileAccumulator } from '../compile-accumulator.ts';
import type { Expression } from '../expression-scope.ts';
import type { PipelineScope, Stage, StageCompiler } from '../stage.ts';

/** Stages that put documents together. */
export const groupingStages: Readonly<Record<string, StageCompiler>> = {
  $group: compileGroup,
  $sortByCount: (operand, scope) => {
    const isExpression = isDocument(operand) && Object.keys(operand)[0]?.startsWith('$');
    const isPath = typeof operand === 'string' && operand.startsWith('$');
    if (!isExpression && !isPath)
      throw location(
        typeof operand === 'string' ? 40148 : 40149,
        'the sortByCount field must be defined as a $-prefixed path or an expression inside an object',
      );
    const group = compileGroup({ _id: operand, count: { $sum: 1 } }, scope);
    return (docs) => sortDocuments(group(docs), { count: -1 }, scope.collation);
  },
};

export interface GroupPlan {
  readonly id: Expression;
  readonly fields: readonly { readonly name: string; readonly accumulator: CompiledAccumulator }[];
}

function compileGroup(operand: unknown, scope: PipelineScope): Stage {
  if (!isDocument(operand)) throw location(15947, "a group's fields must be specified in an object");
  if (!Object.hasOwn(operand, '_id')) throw location(15955, 'a group specification must include an _id');
  const { compile, values } = scope.variables;
  const plan: GroupPlan = { id: compile.compile(operand['_id'], compile), fields: compileFields(operand, scope) };
  return (docs) => group(docs, plan, (doc) => plan.id(doc, values), scope);
}

/** The accumulated fields of `$group` and `$bucket`'s output. */
export function compileFields(spec: Doc, scope: PipelineScope): GroupPlan['fields'] {
  return Object.entries(spec)
    .filter(([name]) => name !== '_id')
    .map(([name, accumulator]) => {
      if (name.includes('.')) throw location(40235, `The field name '${name}' cannot contain '.'`);
      if (name.startsWith('$')) throw location(40236, `The field name '${name}' cannot be an operator name`);
      if (bsonTypeOf(accumulator) !== 'object')
        throw location(40234, `The field '${name}' must be an accumulator object`);
      if (Object.keys(accumulator as Doc).length !== 1)
        throw location(40238, `The field '${name}' must specify one accumulator`);
      return { name, accumulator: compileAccumulator(accumulator as Doc, scope.variables.compile) };
    });
}

/** Groups in order of first appearance. */
export function* group(
  docs: Iterable<Doc>,
  plan: Pick<GroupPlan, 'fields'>,
  idOf: (doc: Doc) => unknown,
  scope: PipelineScope,
): Iterable<Doc> {
  const groups = new Map<string, { id: unknown; states: ReturnType<CompiledAccumulator['start']>[] }>();
  for (const doc of docs) {
    const id = idOf(doc) ?? null;
    const key = encodeKey(id, { collation: scope.collation });
    let found = groups.get(key);
    if (!found) {
      found = { id, states: plan.fields.map((field) => field.accumulator.start(doc, scope.variables.values)) };
      groups.set(key, found);
    }
    for (const state of found.states) state.add(doc, scope.variables.values);
  }
  for (const { id, states } of groups.values()) {
    const made: Doc = { _id: id };
    plan.fields.forEach((field, index) => {
      putField(made, field.name, states[index]?.result());
    });
    yield made;
  }
}
