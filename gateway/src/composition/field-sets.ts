import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  parse,
  print,
  type SelectionNode,
} from 'graphql';

/** The selection of a `@requires`, on the field that needs it. */
export interface RequiresRule {
  readonly typeName: string;
  readonly fieldName: string;
  readonly selections: readonly SelectionNode[];
}

/** A key by which a subgraph finds an entity. */
export interface KeyRule {
  readonly typeName: string;
  readonly graph: string;
  readonly isResolvable: boolean;
  readonly selections: readonly SelectionNode[];
}

/** What the supergraph makes the planner fetch besides the client's selection. */
export interface FieldSets {
  readonly requires: readonly RequiresRule[];
  readonly keys: readonly KeyRule[];
}

/** Reads every key and every `requires` from a supergraph's `@join__type` and `@join__field`. */
export function readFieldSets(supergraph: DocumentNode): FieldSets {
  const requires: RequiresRule[] = [];
  const keys: KeyRule[] = [];
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const typeName = definition.name.value;
    for (const directive of applied(definition.directives, 'join__type')) {
      const key = stringArgument(directive, 'key');
      if (key === undefined) continue;
      const isResolvable =
        argumentOf(directive, 'resolvable')?.kind !== Kind.BOOLEAN || isTrue(directive, 'resolvable');
      keys.push({ typeName, graph: enumArgument(directive, 'graph'), isResolvable, selections: parseFieldSet(key) });
    }
    for (const field of definition.fields ?? []) {
      for (const directive of applied(field.directives, 'join__field')) {
        const set = stringArgument(directive, 'requires');
        if (set === undefined) continue;
        requires.push({ typeName, fieldName: field.name.value, selections: parseFieldSet(set) });
      }
    }
  }
  return { requires, keys };
}

/** Calls `visitField` for every field of a field set with its path of names. */
export function eachField(
  selections: readonly SelectionNode[],
  visitField: (field: FieldNode, path: string) => void,
  parent = '',
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const path = parent === '' ? selection.name.value : `${parent}.${selection.name.value}`;
      visitField(selection, path);
      eachField(selection.selectionSet?.selections ?? [], visitField, path);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      eachField(selection.selectionSet.selections, visitField, parent);
    }
  }
}

/** A field's arguments as text that is equal for equal arguments. */
export function printedArguments(field: FieldNode): string {
  return [...(field.arguments ?? [])]
    .map((argument) => print(argument))
    .sort()
    .join(', ');
}

function parseFieldSet(text: string): readonly SelectionNode[] {
  const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
}

function applied(directives: readonly ConstDirectiveNode[] | undefined, name: string): readonly ConstDirectiveNode[] {
  return (directives ?? []).filter((directive) => directive.name.value === name);
}

function argumentOf(directive: ConstDirectiveNode, name: string) {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value;
}

function stringArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = argumentOf(directive, name);
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function enumArgument(directive: ConstDirectiveNode, name: string): string {
  const value = argumentOf(directive, name);
  return value?.kind === Kind.ENUM ? value.value : '';
}

function isTrue(directive: ConstDirectiveNode, name: string): boolean {
  const value = argumentOf(directive, name);
  return value?.kind === Kind.BOOLEAN && value.value;
}
