import { codedError } from '@swiftcart/graphql';
import { type FieldNode, type GraphQLObjectType, Kind, visit } from 'graphql';
import type { Graph } from '../composition/load-graph.ts';
import { conditionsToDecide } from './decided-conditions.ts';
import { OperationRefusedError, type ParsedOperation } from './parsed-operation.ts';
import { type PlannedOperation, planOperation, requiringFields } from './plan-operation.ts';
import { type Denial, responseShape, type SelectionShape } from './response-shape.ts';
import { withoutDenied } from './without-denied.ts';

/** An operation with everything worked out that its variables do not change. Lives as long as its graph. */
export interface PreparedOperation extends ParsedOperation {
  readonly graph: Graph;
  readonly rootType: GraphQLObjectType;
  /** Says of coerced variables what matters for planning: those that agree in it share plans. */
  planKey(variables: Readonly<Record<string, unknown>>): string;
  /** What is planned: the operation without the denied fields, and with those conditions decided that a plan depends on. */
  plannable(variables: Readonly<Record<string, unknown>>, denials: ReadonlyMap<FieldNode, Denial>): ParsedOperation;
  /** The plan for these coerced variables. Throws OperationRefusedError when it cannot be planned. */
  planFor(variables: Readonly<Record<string, unknown>>, denials: ReadonlyMap<FieldNode, Denial>): PlannedOperation;
  /** The shape of the response for these variables. */
  shapeFor(
    variables: Readonly<Record<string, unknown>>,
    planned: PlannedOperation,
    denials: ReadonlyMap<FieldNode, Denial>,
  ): SelectionShape;
}

/** Different viewers may be denied different fields and give different conditions: so many variants of one operation are kept, no more. */
const maxVariants = 16;

/** Makes a valid operation ready to run on a graph. */
export function prepareOperation(graph: Graph, parsed: ParsedOperation): PreparedOperation {
  const rootType = graph.schema.getRootType(parsed.operation.operation);
  if (!rootType) throw noSuchKind(parsed.operation.operation);
  const plans = new Map<string, PlannedOperation>();
  const shapes = new Map<string, SelectionShape>();
  const conditionNames = conditionVariables(parsed);
  const conditions = conditionsToDecide(parsed, requiringFields(graph));
  const nodeNumbers = new Map<FieldNode, number>();

  const keyOf = (denials: ReadonlyMap<FieldNode, Denial>): string => {
    if (denials.size === 0) return '';
    const parts = [...denials].map(([node, denial]) => {
      if (!nodeNumbers.has(node)) nodeNumbers.set(node, nodeNumbers.size);
      return `${nodeNumbers.get(node)}${denial}`;
    });
    return parts.sort().join();
  };

  const plannable: PreparedOperation['plannable'] = (variables, denials) =>
    conditions.decide(withoutDenied(parsed, denials), variables);

  return {
    ...parsed,
    graph,
    rootType,
    planKey: conditions.keyOf,
    plannable,
    planFor(variables, denials) {
      const key = `${conditions.keyOf(variables)}:${keyOf(denials)}`;
      const known = plans.get(key);
      if (known !== undefined) return known;
      const planned = planOperation(graph, parsed, plannable(variables, denials));
      if (plans.size >= maxVariants) plans.clear();
      plans.set(key, planned);
      return planned;
    },
    shapeFor(variables, planned, denials) {
      const key = `${conditionNames.map((name) => (variables[name] === true ? 1 : 0)).join('')}:${keyOf(denials)}`;
      const known = shapes.get(key);
      if (known !== undefined) return known;
      const { operation, fragments } = parsed;
      const { schema } = graph;
      const shape = responseShape({
        schema,
        operation,
        fragments,
        conditions: variables,
        rawNames: planned.rawNames,
        denials,
      });
      if (shapes.size >= maxVariants) shapes.clear();
      shapes.set(key, shape);
      return shape;
    },
  };
}

/** The variables that `@skip` and `@include` read. */
function conditionVariables({ operation, fragments }: ParsedOperation): string[] {
  const names = new Set<string>();
  for (const definition of [operation, ...fragments.values()]) {
    visit(definition, {
      Directive(node) {
        if (node.name.value !== 'skip' && node.name.value !== 'include') return;
        const value = node.arguments?.find((argument) => argument.name.value === 'if')?.value;
        if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
      },
    });
  }
  return [...names].sort();
}

/** Validation says nothing of a kind of operation that the schema lacks altogether. */
function noSuchKind(kind: string): OperationRefusedError {
  return new OperationRefusedError([codedError('GRAPHQL_VALIDATION_FAILED', `The schema has no ${kind}s.`)]);
}
