import { type ConstDirectiveNode, type DocumentNode, Kind, type TypeNode } from 'graphql';

/** A field as one subgraph has it. */
export interface SubgraphField {
  /** The named type there: a subgraph may say a narrower one than the supergraph. */
  readonly typeName: string;
  /** Whether the subgraph answers it for any object, with no input from others. */
  readonly isOwn: boolean;
}

/** What each subgraph has of the supergraph's types. Subgraphs go by their `join__Graph` values. */
export interface SubgraphTypes {
  /** `Type.field` of the fields that several subgraphs answer, with object types in one that another never gives. */
  readonly unequalFields: ReadonlySet<string>;
  /** The object types that a value of the type can have when it comes from that subgraph. */
  membersOf(graph: string, typeName: string): ReadonlySet<string>;
  /** Undefined when the subgraph has no such field. */
  fieldOf(graph: string, typeName: string, fieldName: string): SubgraphField | undefined;
}

/** Reads the `@join__*` directives of a supergraph. */
export function readSubgraphTypes(supergraph: DocumentNode): SubgraphTypes {
  const members = new Map<string, Set<string>>();
  const fields = new Map<string, SubgraphField>();
  const graphsOfFields = new Map<string, string[]>();
  const addMember = (graph: string, typeName: string, member: string) => {
    const key = `${graph} ${typeName}`;
    members.set(key, (members.get(key) ?? new Set()).add(member));
  };
  const addField = (graph: string, coordinate: string, field: SubgraphField, isExternal = false) => {
    fields.set(`${graph} ${coordinate}`, field);
    if (!isExternal) graphsOfFields.set(coordinate, [...(graphsOfFields.get(coordinate) ?? []), graph]);
  };

  for (const definition of supergraph.definitions) {
    if (
      definition.kind !== Kind.OBJECT_TYPE_DEFINITION &&
      definition.kind !== Kind.INTERFACE_TYPE_DEFINITION &&
      definition.kind !== Kind.UNION_TYPE_DEFINITION
    )
      continue;
    const typeName = definition.name.value;
    // An interface object stands for members that its subgraph does not know, so none of them comes from there.
    const joins = applied(definition.directives, 'join__type').filter((node) => !isTrue(node, 'isInterfaceObject'));
    const graphs = [...new Set(joins.map((node) => enumArgument(node, 'graph')))];
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) {
      for (const graph of graphs) addMember(graph, typeName, typeName);
    }
    if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
      for (const node of applied(definition.directives, 'join__unionMember')) {
        addMember(enumArgument(node, 'graph'), typeName, stringArgument(node, 'member'));
      }
      continue;
    }
    for (const node of applied(definition.directives, 'join__implements')) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
      addMember(enumArgument(node, 'graph'), stringArgument(node, 'interface'), typeName);
    }
    for (const field of definition.fields ?? []) {
      const coordinate = `${typeName}.${field.name.value}`;
      const supergraphType = namedType(field.type);
      const rules = applied(field.directives, 'join__field');
      if (rules.length === 0) {
        for (const graph of graphs) addField(graph, coordinate, { typeName: supergraphType, isOwn: true });
      }
      for (const rule of rules) {
        const isExternal = isTrue(rule, 'external');
        const isOwn =
          !isExternal &&
          !isTrue(rule, 'usedOverridden') &&
          !['requires', 'contextArguments', 'overrideLabel'].some((name) => argumentOf(rule, name) !== undefined);
        const type = stringArgument(rule, 'type').replaceAll(/[![\]]/g, '') || supergraphType;
        addField(enumArgument(rule, 'graph'), coordinate, { typeName: type, isOwn }, isExternal);
      }
    }
  }

  const membersOf = (graph: string, typeName: string) => members.get(`${graph} ${typeName}`) ?? noMembers;
  const unequalFields = new Set<string>();
  for (const [coordinate, graphs] of graphsOfFields) {
    const membersThere = graphs.map((graph) =>
      [...membersOf(graph, fields.get(`${graph} ${coordinate}`)?.typeName ?? '')].sort().join(),
    );
    if (new Set(membersThere).size > 1) unequalFields.add(coordinate);
  }
  return {
    unequalFields,
    membersOf,
    fieldOf: (graph, typeName, fieldName) => fields.get(`${graph} ${typeName}.${fieldName}`),
  };
}

const noMembers: ReadonlySet<string> = new Set();

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function applied(directives: readonly ConstDirectiveNode[] | undefined, name: string): readonly ConstDirectiveNode[] {
  return (directives ?? []).filter((directive) => directive.name.value === name);
}

function argumentOf(directive: ConstDirectiveNode, name: string) {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value;
}

function stringArgument(directive: ConstDirectiveNode, name: string): string {
  const value = argumentOf(directive, name);
  return value?.kind === Kind.STRING ? value.value : '';
}

function enumArgument(directive: ConstDirectiveNode, name: string): string {
  const value = argumentOf(directive, name);
  return value?.kind === Kind.ENUM ? value.value : '';
}

function isTrue(directive: ConstDirectiveNode, name: string): boolean {
  const value = argumentOf(directive, name);
  return value?.kind === Kind.BOOLEAN && value.value;
}
