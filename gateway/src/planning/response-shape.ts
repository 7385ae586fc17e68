import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { type ValueKind, valueKind } from './value-kind.ts';

/** Why a field answers null without being fetched. */
export type Denial = 'UNAUTHENTICATED' | 'FORBIDDEN';

/** A field as the client asked for it, merged over fragments and repeated selections. */
export interface ShapedField {
  /** The client's response name. */
  readonly name: string;
  /** Where the raw data holds it; differs where planning had to use another alias. */
  readonly rawName: string;
  readonly kind: 'field' | 'typename' | 'introspection';
  readonly type: GraphQLOutputType;
  readonly valueKind: ValueKind;
  /** For a leaf that everybody may have: whether a value can go out as it is. Most values of most answers are such. */
  readonly isReady: ((value: unknown) => boolean) | undefined;
  readonly nodes: readonly FieldNode[];
  readonly denial: Denial | undefined;
  /** The sub-selection, undefined for leaves. */
  readonly shape: SelectionShape | undefined;
}

/**
 * The type of an object in an answer. An interface stands for itself only where an interface object was selected
 * without its `__typename`: nobody then had to find out which implementation it is.
 */
export type RuntimeType = GraphQLObjectType | GraphQLInterfaceType;

/** A merged selection set; its fields for each object type are worked out once. */
export interface SelectionShape {
  fieldsOf(type: RuntimeType): readonly ShapedField[];
}

export interface ShapeOptions {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Values of the variables that `@skip` and `@include` read: a shape is valid for these values alone. */
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly rawNames: ReadonlyMap<FieldNode, string>;
  readonly denials: ReadonlyMap<FieldNode, Denial>;
}

/** Prepares the shape of an operation's response, per the specification's CollectFields and MergeSelectionSets. */
export function responseShape(options: ShapeOptions): SelectionShape {
  return selectionShape(options, [options.operation.selectionSet]);
}

function selectionShape(options: ShapeOptions, selectionSets: readonly SelectionSetNode[]): SelectionShape {
  const perType = new Map<RuntimeType, readonly ShapedField[]>();
  // Most places hold objects of one type, or of the same one many times in a row.
  let lastType: RuntimeType | undefined;
  let lastFields: readonly ShapedField[] = [];
  return {
    fieldsOf(type) {
      if (type === lastType) return lastFields;
      const fields = perType.get(type) ?? shapedFields(options, type, selectionSets);
      perType.set(type, fields);
      lastType = type;
      lastFields = fields;
      return fields;
    },
  };
}

function shapedFields(
  options: ShapeOptions,
  type: RuntimeType,
  selectionSets: readonly SelectionSetNode[],
): ShapedField[] {
  const grouped = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  for (const { selections } of selectionSets) collectFields(options, type, selections, grouped, visited);
  return [...grouped].flatMap(([name, nodes]) => shapedField(options, type, name, nodes) ?? []);
}

function shapedField(
  options: ShapeOptions,
  parent: RuntimeType,
  name: string,
  nodes: readonly FieldNode[],
): ShapedField | undefined {
  const [first] = nodes;
  if (first === undefined) return undefined;
  const rawName = options.rawNames.get(first) ?? name;
  const denial = nodes.map((node) => options.denials.get(node)).find((found) => found !== undefined);
  const fieldName = first.name.value;
  if (fieldName === TypeNameMetaFieldDef.name) {
    const { type } = TypeNameMetaFieldDef;
    const kind = valueKind(type);
    return {
      name,
      rawName,
      kind: 'typename',
      type,
      valueKind: kind,
      isReady: undefined,
      nodes,
      denial,
      shape: undefined,
    };
  }
  const isIntrospection = fieldName === SchemaMetaFieldDef.name || fieldName === TypeMetaFieldDef.name;
  const type = isIntrospection ? SchemaMetaFieldDef.type : parent.getFields()[fieldName]?.type;
  if (type === undefined) return undefined;
  const subSelections = nodes.flatMap((node) => node.selectionSet ?? []);
  return {
    name,
    rawName,
    kind: isIntrospection ? 'introspection' : 'field',
    type,
    valueKind: valueKind(type),
    isReady: isIntrospection || denial !== undefined || name === '__proto__' ? undefined : readyCheck(valueKind(type)),
    nodes,
    denial,
    shape: subSelections.length === 0 ? undefined : selectionShape(options, subSelections),
  };
}

function readyCheck(kind: ValueKind): ((value: unknown) => boolean) | undefined {
  const bare = kind.kind === 'non-null' ? kind.of : kind;
  return bare.kind === 'leaf' ? bare.isValid : undefined;
}

function collectFields(
  options: ShapeOptions,
  type: RuntimeType,
  selections: readonly SelectionNode[],
  grouped: Map<string, FieldNode[]>,
  visited: Set<string>,
): void {
  for (const selection of selections) {
    if (!isIncluded(selection, options.conditions)) continue;
    if (selection.kind === Kind.FIELD) {
      const name = (selection.alias ?? selection.name).value;
      const nodes = grouped.get(name);
      if (nodes === undefined) grouped.set(name, [selection]);
      else nodes.push(selection);
      continue;
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      if (visited.has(selection.name.value)) continue;
      visited.add(selection.name.value);
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? options.fragments.get(selection.name.value) : selection;
    const condition = fragment?.typeCondition?.name.value;
    if (fragment === undefined || !appliesTo(options.schema, condition, type)) continue;
    collectFields(options, type, fragment.selectionSet.selections, grouped, visited);
  }
}

function appliesTo(schema: GraphQLSchema, condition: string | undefined, type: RuntimeType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditionType = schema.getType(condition);
  return isAbstractType(conditionType) && schema.isSubType(conditionType, type);
}

/** Whether `@skip` and `@include` let a selection through for these variable values. */
export function isIncluded(selection: SelectionNode, variables: Readonly<Record<string, unknown>>): boolean {
  if (selection.directives === undefined || selection.directives.length === 0) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  if (skip?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] !== false;
}

/** The type behind a raw object: its `__typename` where the static type is abstract. */
export function runtimeType(
  schema: GraphQLSchema,
  staticType: GraphQLOutputType,
  typename: unknown,
): RuntimeType | undefined {
  if (isObjectType(staticType)) return staticType;
  const type = typeof typename === 'string' ? schema.getType(typename) : undefined;
  if (isObjectType(type)) return type;
  return isInterfaceType(staticType) && (typename === undefined || type === staticType) ? staticType : undefined;
}
