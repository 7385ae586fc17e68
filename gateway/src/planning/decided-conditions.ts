import {
  type ASTNode,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { ParsedOperation } from './parsed-operation.ts';
import { withUsedVariables } from './used-variables.ts';

/** The conditions of an operation that have to be known before it is planned. */
export interface DecidedConditions {
  /** The values of their variables, as text: operations that agree in it have one plan. */
  keyOf(variables: Readonly<Record<string, unknown>>): string;
  /** The operation without them: what is switched off is gone, what is on has no condition. */
  decide(parsed: ParsedOperation, variables: Readonly<Record<string, unknown>>): ParsedOperation;
}

const undecided: DecidedConditions = { keyOf: () => '', decide: (parsed) => parsed };

/**
 * Repair G: decides the conditions on selections with a field that has `@requires` before the operation is planned.
 *
 * Fields of an entity that one subgraph gives are fetched together, and the fetch names the inputs of all of them. With
 * `{ shipping @include(if: $more) stock }` the inputs of `shipping` are fetched under its condition, but stated without
 * one: switched off, they are missing, the entity counts as one that cannot be found, and `stock` is null without a
 * word. `requiring` are the names of such fields; other conditions stay in the plan, which is then the same for all.
 *
 * Conditions without a variable are decided everywhere: below a condition that the planner makes a part of the plan, it
 * forgets them, and fetches what is switched off. So are conditions on a variable that a condition above them, or beside
 * them on the same selection, reads as well: where the two exclude each other the planner drops what is above too.
 */
export function conditionsToDecide(parsed: ParsedOperation, requiring: ReadonlySet<string>): DecidedConditions {
  const conditions = requiring.size === 0 ? [] : conditionsAbove(parsed, requiring);
  const names = [...new Set([...conditions.flatMap((node) => variableOf(node) ?? []), ...readTwice(parsed)])].sort();
  if (names.length === 0 && !hasFixedCondition(parsed)) return undecided;
  const isDecided = (node: DirectiveNode): boolean => {
    const name = variableOf(node);
    return isCondition(node) && (name === undefined || names.includes(name));
  };
  return {
    keyOf: (variables) => names.map((name) => (variables[name] === true ? 1 : 0)).join(''),
    decide: (parsed, variables) => withoutConditions(parsed, isDecided, variables),
  };
}

function hasFixedCondition({ operation, fragments }: ParsedOperation): boolean {
  let isFound = false;
  const look = {
    Directive(node: DirectiveNode) {
      isFound ||= isCondition(node) && variableOf(node) === undefined;
    },
  };
  for (const definition of [operation, ...fragments.values()]) visit(definition, look);
  return isFound;
}

/** The variables that two conditions read which one selection depends on. */
function readTwice({ operation, fragments }: ParsedOperation): ReadonlySet<string> {
  const found = new Set<string>();
  const ofFragments = new Map<string, ReadonlySet<string>>();

  const readIn = (set: SelectionSetNode | undefined): ReadonlySet<string> => {
    const all = new Set<string>();
    for (const selection of set?.selections ?? []) {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD ? readInFragment(selection.name.value) : readIn(selection.selectionSet);
      const own = (selection.directives ?? []).filter(isCondition).flatMap((node) => variableOf(node) ?? []);
      for (const [index, name] of own.entries()) if (inner.has(name) || own.indexOf(name) < index) found.add(name);
      for (const name of [...own, ...inner]) all.add(name);
    }
    return all;
  };

  const readInFragment = (name: string): ReadonlySet<string> => {
    const read = ofFragments.get(name) ?? readIn(fragments.get(name)?.selectionSet);
    ofFragments.set(name, read);
    return read;
  };

  readIn(operation.selectionSet);
  return found;
}

/** The conditions on selections that are or hold, in fragments too, a field of one of these names. */
function conditionsAbove({ operation, fragments }: ParsedOperation, requiring: ReadonlySet<string>): DirectiveNode[] {
  const conditions: DirectiveNode[] = [];
  const ofFragments = new Map<string, boolean>();

  const holdsIn = (set: SelectionSetNode | undefined): boolean =>
    // Every selection is looked at, since each may have conditions of its own.
    (set?.selections ?? []).map(holds).some(Boolean);

  const holds = (selection: SelectionNode): boolean => {
    const found =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? holdsInFragment(selection.name.value)
        : holdsIn(selection.selectionSet) || (selection.kind === Kind.FIELD && requiring.has(selection.name.value));
    if (found) conditions.push(...(selection.directives ?? []).filter(isCondition));
    return found;
  };

  const holdsInFragment = (name: string): boolean => {
    const known = ofFragments.get(name);
    if (known !== undefined) return known;
    const found = holdsIn(fragments.get(name)?.selectionSet);
    ofFragments.set(name, found);
    return found;
  };

  holdsIn(operation.selectionSet);
  return conditions;
}

function withoutConditions(
  parsed: ParsedOperation,
  isDecided: (node: DirectiveNode) => boolean,
  variables: Readonly<Record<string, unknown>>,
): ParsedOperation {
  const decideNode = <Node extends FieldNode | Exclude<SelectionNode, FieldNode>>(
    node: Node,
  ): Node | null | undefined => {
    const decided = (node.directives ?? []).filter(isDecided);
    if (decided.length === 0) return undefined;
    if (decided.some((condition) => isOff(condition, variables))) return null;
    return { ...node, directives: (node.directives ?? []).filter((directive) => !decided.includes(directive)) };
  };
  const decide = <Node extends ASTNode>(root: Node): Node =>
    visit(root, {
      Field: { enter: decideNode },
      InlineFragment: { enter: decideNode },
      FragmentSpread: { enter: decideNode },
      SelectionSet: { leave: (set) => (set.selections.length > 0 ? undefined : { ...set, selections: [typename] }) },
    });
  const operation = decide(parsed.operation);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const [name, fragment] of parsed.fragments) fragments.set(name, decide(fragment));
  return { document: parsed.document, operation: withUsedVariables(operation, fragments), fragments };
}

/** The object itself is still wanted where everything in it is off. */
const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function isCondition(node: DirectiveNode): boolean {
  return node.name.value === 'skip' || node.name.value === 'include';
}

function isOff(node: DirectiveNode, variables: Readonly<Record<string, unknown>>): boolean {
  const value = node.arguments?.find((argument) => argument.name.value === 'if')?.value;
  const isTrue =
    value?.kind === Kind.VARIABLE ? variables[value.name.value] === true : value?.kind === Kind.BOOLEAN && value.value;
  return isTrue === (node.name.value === 'skip');
}

function variableOf(node: DirectiveNode): string | undefined {
  const value = node.arguments?.find((argument) => argument.name.value === 'if')?.value;
  return value?.kind === Kind.VARIABLE ? value.name.value : undefined;
}
