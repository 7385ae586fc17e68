import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { codedError } from '@swiftcart/graphql';
import { type FieldNode, getNamedType, isObjectType, OperationTypeNode, parse } from 'graphql';
import { readSecurityRules } from '../auth/security-rules.ts';
import type { SubgraphFetch } from '../datasource/data-source.ts';
import { compiledFetch } from '../planning/compiled-fetch.ts';
import { coerceVariables } from '../planning/execute-operation.ts';
import type { ParsedOperation } from '../planning/parsed-operation.ts';
import { type PlannedOperation, planOperation } from '../planning/plan-operation.ts';
import type { PreparedOperation } from '../planning/prepared-operation.ts';
import type { Denial } from '../planning/response-shape.ts';
import {
  asksForPosition,
  type Course,
  courseOf,
  type PositionRule,
  type PositionRules,
  positionRuleOf,
  resumable,
  subscriptionField,
  withPosition,
} from './stream-position.ts';

/** A subscription ready to run: what opens the upstream stream, and what is fetched for each event. */
export interface StreamPlan {
  readonly prepared: PreparedOperation;
  readonly planned: PlannedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly coercedVariables: Readonly<Record<string, unknown>>;
  readonly denials: ReadonlyMap<FieldNode, Denial>;
  readonly primary: FetchNode;
  readonly rest: PlanNode | undefined;
  /** How its events say where they are; undefined when they do not. */
  readonly position: PositionRule | undefined;
  /** What the client asks for, apart from where it begins; where that cannot be told apart, everything. */
  readonly course: { readonly operation: ParsedOperation; readonly variables: Readonly<Record<string, unknown>> };
  /** Where the client wants it to begin: a position, `null`, or undefined when he does not say or it is in the course. */
  readonly start: unknown;
  /** The upstream subscription: from the start, or after a position where the plan has one. */
  upstream(after: number | undefined): SubgraphFetch;
}

export interface StreamRequest {
  readonly prepared: PreparedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly denials: ReadonlyMap<FieldNode, Denial>;
}

/** The part of a plan that is the same for all variables of one plan key. */
type PlannedParts = Pick<StreamPlan, 'planned' | 'primary' | 'rest' | 'position'> & {
  readonly resumed: { readonly text: ReturnType<typeof resumable>; document(): ReturnType<typeof parse> } | undefined;
  readonly course: Course | undefined;
};

/** Clients choose conditions: so many plans of one operation are kept, no more. */
const maxVariants = 16;

export type PlanStream = (request: StreamRequest) => StreamPlan;

/** Plans subscriptions, each operation text once per graph, plan key and set of denied fields. Throws OperationRefusedError or a coded error. */
export function createPlanStream(rules: PositionRules): PlanStream {
  const known = new WeakMap<PreparedOperation, Map<string, PlannedParts>>();
  const denialKey = createDenialKeys();
  return ({ prepared, variables, denials }) => {
    const coercedVariables = coerceVariables(prepared, variables);
    let variants = known.get(prepared);
    if (variants === undefined) {
      variants = new Map();
      known.set(prepared, variants);
    }
    const key = `${prepared.planKey(coercedVariables)}:${denialKey(denials)}`;
    let parts = variants.get(key);
    if (parts === undefined) {
      parts = planParts(prepared, coercedVariables, denials, rules);
      if (variants.size >= maxVariants) variants.clear();
      variants.set(key, parts);
    }
    const { planned, primary, rest, position, resumed } = parts;
    const begun = beginning(prepared, parts.course, coercedVariables);
    const used = pick(variables, primary.variableUsages ?? []);
    const kind = OperationTypeNode.SUBSCRIPTION;
    const { operationName } = primary;
    const fromStart: SubgraphFetch = {
      operation: primary.operation,
      document: compiledFetch(primary).document,
      operationName,
      kind,
      variables: used,
    };
    const upstream = (after: number | undefined): SubgraphFetch => {
      if (after === undefined || resumed === undefined) return fromStart;
      const { operation, variables: resumedVariables } = resumed.text;
      return { operation, document: resumed.document, operationName, kind, variables: resumedVariables(used, after) };
    };
    return { prepared, planned, variables, coercedVariables, denials, primary, rest, position, ...begun, upstream };
  };
}

function beginning(
  prepared: PreparedOperation,
  course: Course | undefined,
  coercedVariables: Readonly<Record<string, unknown>>,
): Pick<StreamPlan, 'course' | 'start'> {
  if (course === undefined) return { course: { operation: prepared, variables: coercedVariables }, start: undefined };
  const { operation, start } = course;
  const names = (operation.operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  return {
    course: { operation, variables: pick(coercedVariables, names) },
    start: start && ('variable' in start ? coercedVariables[start.variable] : start.value),
  };
}

function planParts(
  prepared: PreparedOperation,
  coercedVariables: Readonly<Record<string, unknown>>,
  denials: ReadonlyMap<FieldNode, Denial>,
  rules: PositionRules,
): PlannedParts {
  const allowed = prepared.plannable(coercedVariables, denials);
  const field = subscriptionField(allowed);
  const position = field && positionRuleOf(prepared.graph.schema, field.name.value, rules);
  if (field !== undefined && position !== undefined && !isGuarded(prepared, field, position)) {
    const planned = planOperation(prepared.graph, prepared, withPosition(allowed, field, position));
    const nodes = subscriptionNodes(planned);
    if (asksForPosition(nodes.primary.operation)) {
      const text = resumable(nodes.primary.operation, position);
      let parsed: ReturnType<typeof parse> | undefined;
      const document = () => {
        parsed ??= parse(text.operation, { noLocation: true });
        return parsed;
      };
      const whole = subscriptionField(prepared);
      // With denied fields the operation that runs is not the one that was asked for: then only the same begin together.
      const course = denials.size > 0 || whole === undefined ? undefined : courseOf(prepared, whole, position);
      return { planned, ...nodes, position, resumed: { text, document }, course };
    }
  }
  const planned = prepared.planFor(coercedVariables, denials);
  return { planned, ...subscriptionNodes(planned), position: undefined, resumed: undefined, course: undefined };
}

/** A position behind an access rule is not read in passing: its viewer may not be allowed to have it. */
function isGuarded({ graph }: PreparedOperation, field: FieldNode, { path }: PositionRule): boolean {
  const guards = readSecurityRules(graph.document);
  let type = getNamedType(graph.schema.getSubscriptionType()?.getFields()[field.name.value]?.type);
  return path.some((name) => {
    if (!isObjectType(type)) return true;
    if (guards.types.has(type.name) || guards.fields.has(`${type.name}.${name}`)) return true;
    type = getNamedType(type.getFields()[name]?.type);
    return false;
  });
}

function subscriptionNodes({ plan }: PlannedOperation): Pick<StreamPlan, 'primary' | 'rest'> {
  const { node } = plan;
  if (node?.kind !== 'Subscription') {
    throw codedError('BAD_USER_INPUT', 'This subscription selects nothing to wait for.');
  }
  return { primary: node.primary, rest: node.rest as PlanNode | undefined };
}

function pick(variables: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (variables[name] === undefined ? [] : [[name, variables[name]]])));
}

/** Field nodes are compared by identity; within one operation each gets a number when it is first denied. */
function createDenialKeys(): (denials: ReadonlyMap<FieldNode, Denial>) => string {
  const numbers = new WeakMap<FieldNode, number>();
  let last = 0;
  return (denials) => {
    if (denials.size === 0) return '';
    const parts = [...denials].map(([node, denial]) => {
      const number = numbers.get(node) ?? ++last;
      numbers.set(node, number);
      return `${number}${denial}`;
    });
    return parts.sort().join();
  };
}
