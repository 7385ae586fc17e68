import {
  type ArgumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  GraphQLInt,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isObjectType,
  isRequiredArgument,
  Kind,
  type OperationDefinitionNode,
  parse,
  parseType,
  print,
  type SelectionNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import type { ParsedOperation } from '../planning/parsed-operation.ts';
import { isRawObject } from '../planning/raw-data.ts';

/**
 * Where a subscription's events say how far they are, and the argument that starts the stream after such a place.
 * Positions are whole numbers that strictly increase along a stream; with them a stream can be resumed without a gap
 * or a repetition, and two streams that stand at the same position are the same stream.
 */
export interface PositionRule {
  /** Argument of the subscription field: "only events after this". */
  readonly argument: string;
  /** Fields from the payload to the position, for example `['event', 'sequence']`. */
  readonly path: readonly string[];
}

/** Rules by subscription field. `none` says that a field has no position although its names look like it. */
export type PositionRules = Readonly<Record<string, PositionRule | 'none'>>;

/** Response name under which the position is asked for beside what the client selects; it is not in any answer. */
const positionAlias = 'streamPosition__';
const resumeVariable = 'streamAfter__';

/**
 * The rule of a subscription field: the given one or, without one, the one its names tell: an argument `afterX: Int`
 * and a field `x: Int!` on the payload, or on a non-null object of the payload: the only one, or the one named `event`.
 */
export function positionRuleOf(
  schema: GraphQLSchema,
  fieldName: string,
  rules: PositionRules,
): PositionRule | undefined {
  const field = schema.getSubscriptionType()?.getFields()[fieldName];
  const payload = field && getNullableType(field.type);
  if (field === undefined || !isObjectType(payload)) return undefined;
  const given = rules[fieldName];
  if (given === 'none') return undefined;
  if (given !== undefined) {
    const isUsable = argumentOf(field, given.argument) !== undefined && leadsToInt(payload, given.path);
    return isUsable ? given : undefined;
  }
  for (const { name } of field.args) {
    const [, rest] = /^after([A-Z]\w*)$/.exec(name) ?? [];
    if (rest === undefined || argumentOf(field, name) === undefined) continue;
    const path = pathTo(payload, `${rest.charAt(0).toLowerCase()}${rest.slice(1)}`);
    if (path !== undefined) return { argument: name, path };
  }
  return undefined;
}

function argumentOf(field: GraphQLField<unknown, unknown>, name: string): GraphQLArgument | undefined {
  return field.args.find((argument) => argument.name === name && getNullableType(argument.type) === GraphQLInt);
}

function leadsToInt(type: GraphQLObjectType, [name, ...rest]: readonly string[]): boolean {
  const next = name === undefined ? undefined : getNullableType(type.getFields()[name]?.type);
  if (rest.length === 0) return next === GraphQLInt;
  return isObjectType(next) && leadsToInt(next, rest);
}

/**
 * The way to the only field of that name. Where several objects of the payload have one, an event's own is that of
 * `event`; the others may tell of now instead. Taking a wrong one would lose events, so in doubt there is none.
 */
function pathTo(payload: GraphQLObjectType, name: string): string[] | undefined {
  const isPosition = (type: GraphQLObjectType) => String(type.getFields()[name]?.type) === 'Int!';
  if (isPosition(payload)) return [name];
  const owners = Object.values(payload.getFields()).filter((field) => {
    const type = getNamedType(field.type);
    const isPlain =
      String(field.type) === `${type.name}!` && field.args.every((argument) => !isRequiredArgument(argument));
    return isPlain && isObjectType(type) && isPosition(type);
  });
  const owner = owners.length === 1 ? owners[0] : owners.find((field) => field.name === 'event');
  return owner && [owner.name, name];
}

/** The one field that a subscription selects, wherever its fragments put it; undefined when a directive guards them. */
export function subscriptionField({ operation, fragments }: ParsedOperation): FieldNode | undefined {
  const found: FieldNode[] = [];
  return collect(operation.selectionSet.selections, fragments, found) && found.length === 1 ? found[0] : undefined;
}

function collect(
  selections: readonly SelectionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  found: FieldNode[],
): boolean {
  return selections.every((selection) => {
    if (selection.directives?.length) return false;
    if (selection.kind === Kind.FIELD) return found.push(selection) > 0;
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return inner !== undefined && collect(inner.selectionSet.selections, fragments, found);
  });
}

/** The operation with the position selected besides, under a name of our own. */
export function withPosition(parsed: ParsedOperation, field: FieldNode, { path }: PositionRule): ParsedOperation {
  const selection = path.reduceRight<FieldNode | undefined>(
    (inner, name, index) => ({
      kind: Kind.FIELD,
      name: { kind: Kind.NAME, value: name },
      ...(index === 0 ? { alias: { kind: Kind.NAME, value: positionAlias } } : {}),
      ...(inner === undefined ? {} : { selectionSet: { kind: Kind.SELECTION_SET, selections: [inner] } }),
    }),
    undefined,
  );
  if (selection === undefined || field.selectionSet === undefined) return parsed;
  const selections = [...field.selectionSet.selections, selection];
  const extended: FieldNode = { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections } };
  const selectionSet = { kind: Kind.SELECTION_SET, selections: [extended] } as const;
  return { ...parsed, operation: { ...parsed.operation, selectionSet } };
}

/** A subscription in two: where it begins, and what it is from there on. */
export interface Course {
  /** The operation without the argument that says where it begins, and without variables that only this used. */
  readonly operation: ParsedOperation;
  /** The argument's value: a number, `null`, a variable's name, or undefined when it is not given. */
  readonly start: { readonly variable: string } | { readonly value: number | null } | undefined;
}

/** Undefined when the argument's value is neither a literal nor a variable: it is not valid then. */
export function courseOf(parsed: ParsedOperation, field: FieldNode, { argument }: PositionRule): Course | undefined {
  const given = field.arguments?.find(({ name }) => name.value === argument)?.value;
  const without = <Node extends OperationDefinitionNode | FragmentDefinitionNode>(root: Node): Node =>
    visit(root, {
      Field: (node) =>
        node === field
          ? { ...node, arguments: (node.arguments ?? []).filter(({ name }) => name.value !== argument) }
          : undefined,
    });
  const fragments = new Map([...parsed.fragments].map(([name, fragment]) => [name, without(fragment)]));
  const operation = without(parsed.operation);
  const used = new Set<string>();
  const note = { Variable: ({ name }: { name: { value: string } }) => void used.add(name.value) };
  visit({ ...operation, variableDefinitions: [] }, note);
  for (const fragment of fragments.values()) visit(fragment, note);
  const variableDefinitions = (operation.variableDefinitions ?? []).filter(({ variable }) =>
    used.has(variable.name.value),
  );
  const course = { ...parsed, operation: { ...operation, variableDefinitions }, fragments };
  if (given === undefined) return { operation: course, start: undefined };
  if (given.kind === Kind.VARIABLE) return { operation: course, start: { variable: given.name.value } };
  if (given.kind === Kind.NULL) return { operation: course, start: { value: null } };
  return given.kind === Kind.INT ? { operation: course, start: { value: Number(given.value) } } : undefined;
}

/** Whether the subgraph that sends the events also sends their position. */
export function asksForPosition(subgraphOperation: string): boolean {
  return subgraphOperation.includes(`${positionAlias}:`);
}

/** The position of an event as its subgraph sent it; undefined when it has none. */
export function positionIn(data: Readonly<Record<string, unknown>>, { path }: PositionRule): number | undefined {
  const payload = Object.values(data).find(isRawObject);
  let value: unknown = payload?.[positionAlias];
  for (const name of path.slice(1)) value = isRawObject(value) ? value[name] : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

/** A subgraph's subscription that starts after a position instead of where the client's argument says. */
export interface ResumableText {
  readonly operation: string;
  readonly variables: (used: Readonly<Record<string, unknown>>, after: number) => Record<string, unknown>;
}

export function resumable(subgraphOperation: string, { argument }: PositionRule): ResumableText {
  const document = parse(subgraphOperation, { noLocation: true });
  const resumed = visit(document, {
    OperationDefinition: (node) => withArgument(node, argument),
  });
  const names = new Set<string>();
  visit(resumed, { VariableDefinition: ({ variable }) => void names.add(variable.name.value) });
  return {
    operation: print(resumed),
    variables: (used, after) => ({
      ...Object.fromEntries(Object.entries(used).filter(([name]) => names.has(name))),
      [resumeVariable]: after,
    }),
  };
}

function withArgument(operation: OperationDefinitionNode, argument: string): OperationDefinitionNode {
  const variable = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: resumeVariable } } as const;
  const position: ArgumentNode = { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: argument }, value: variable };
  const selections = operation.selectionSet.selections.map((selection): SelectionNode => {
    if (selection.kind !== Kind.FIELD) return selection;
    const others = (selection.arguments ?? []).filter(({ name }) => name.value !== argument);
    return { ...selection, arguments: [...others, position] };
  });
  const selectionSet = { kind: Kind.SELECTION_SET, selections } as const;
  const used = new Set<string>();
  visit(selectionSet, { Variable: ({ name }) => void used.add(name.value) });
  const kept = (operation.variableDefinitions ?? []).filter((definition) => used.has(definition.variable.name.value));
  const definition: VariableDefinitionNode = {
    kind: Kind.VARIABLE_DEFINITION,
    variable,
    type: parseType('Int!'),
  };
  return { ...operation, selectionSet, variableDefinitions: [...kept, definition] };
}
