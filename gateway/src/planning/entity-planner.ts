import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { type PlanNode, QueryPlanner } from '@apollo/query-planner';
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  parseType,
  print,
  type SelectionNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { FieldSets } from '../composition/field-sets.ts';
import { compiledFetch } from './compiled-fetch.ts';

/** A plan that starts from an entity already at hand. */
export interface EntityPlan {
  /** The key fields that must be at hand, besides `__typename`. */
  readonly keyFields: readonly string[];
  /** What to fetch, with paths relative to the entity; undefined when nothing is. */
  readonly node: PlanNode | undefined;
}

/** Plans selections on entities, as if each entity type were a root field. */
export interface EntityPlanner {
  /** Undefined when the type has no key that such a plan could start from. */
  plan(
    typeName: string,
    selections: readonly SelectionNode[],
    variableDefinitions: readonly VariableDefinitionNode[],
  ): EntityPlan | undefined;
}

const graphName = 'GATEWAY__';
const serviceName = 'gateway__';
const rootFieldOf = (typeName: string) => `gateway__${typeName}`;

/**
 * Builds a second planner over the supergraph with one more subgraph: the gateway itself, which knows the keys of each
 * entity and nothing else. Whatever is selected beyond the keys is then planned from the entity onwards, by the same
 * planner with all its rules, and the fetch of the keys themselves is cut off the result.
 */
export function createEntityPlanner(supergraph: DocumentNode, { keys }: FieldSets): EntityPlanner {
  const entityKeys = new Map<string, string[][]>();
  for (const { typeName, isResolvable, selections } of keys) {
    const names = selections.flatMap((node) =>
      node.kind === Kind.FIELD && !node.selectionSet ? [node.name.value] : [],
    );
    // A key of nested objects would need their types in the gateway's subgraph too; another key, if any, will do.
    if (!isResolvable || names.length !== selections.length) continue;
    entityKeys.set(typeName, [...(entityKeys.get(typeName) ?? []), names]);
  }
  const augmented = Supergraph.build(print(withGatewaySubgraph(supergraph, entityKeys)), { validateSupergraph: false });
  const planner = new QueryPlanner(augmented);
  const schema = augmented.apiSchema();

  return {
    plan(typeName, selections, variableDefinitions) {
      if (!entityKeys.has(typeName)) return undefined;
      const root: SelectionNode = {
        kind: Kind.FIELD,
        name: { kind: Kind.NAME, value: rootFieldOf(typeName) },
        selectionSet: { kind: Kind.SELECTION_SET, selections },
      };
      const operation = operationFromDocument(
        schema,
        {
          kind: Kind.DOCUMENT,
          definitions: [
            {
              kind: Kind.OPERATION_DEFINITION,
              operation: 'query' as never,
              variableDefinitions,
              selectionSet: { kind: Kind.SELECTION_SET, selections: [root] },
            },
          ],
        },
        { validate: false },
      );
      const { node } = planner.buildQueryPlan(operation);
      const keyFields = new Set<string>();
      const rest =
        node && node.kind !== 'Subscription' ? withoutGatewayFetch(node, rootFieldOf(typeName), keyFields) : undefined;
      return { keyFields: [...keyFields], node: rest };
    },
  };
}

/** Cuts the gateway's own fetches off, noting which keys they gave, and makes paths relative to the entity. */
function withoutGatewayFetch(node: PlanNode, root: string, keyFields: Set<string>): PlanNode | undefined {
  switch (node.kind) {
    case 'Fetch': {
      if (node.serviceName !== serviceName) return node;
      for (const definition of compiledFetch(node).document().definitions) {
        if (definition.kind === Kind.OPERATION_DEFINITION) noteKeys(definition.selectionSet.selections, keyFields);
      }
      return undefined;
    }
    case 'Flatten': {
      const inner = withoutGatewayFetch(node.node, root, keyFields);
      const path = node.path[0] === root ? node.path.slice(1) : node.path;
      return inner && { ...node, path, node: inner };
    }
    case 'Sequence':
    case 'Parallel': {
      const nodes = node.nodes.flatMap((child) => withoutGatewayFetch(child, root, keyFields) ?? []);
      return nodes.length === 0 ? undefined : { ...node, nodes };
    }
    case 'Condition': {
      const ifClause = node.ifClause && withoutGatewayFetch(node.ifClause, root, keyFields);
      const elseClause = node.elseClause && withoutGatewayFetch(node.elseClause, root, keyFields);
      const { condition } = node;
      return { kind: 'Condition', condition, ...(ifClause && { ifClause }), ...(elseClause && { elseClause }) };
    }
    case 'Defer':
      return undefined;
    default:
      return node satisfies never;
  }
}

function noteKeys(selections: readonly SelectionNode[], keyFields: Set<string>): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
    if (selection.selectionSet !== undefined) noteKeys(selection.selectionSet.selections, keyFields);
    else if (selection.kind === Kind.FIELD && selection.name.value !== '__typename')
      keyFields.add(selection.name.value);
  }
}

function withGatewaySubgraph(
  supergraph: DocumentNode,
  entityKeys: ReadonlyMap<string, readonly string[][]>,
): DocumentNode {
  return {
    ...supergraph,
    definitions: supergraph.definitions.map((definition) => {
      if (definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph') {
        const directive = directiveOf(`@join__graph(name: "${serviceName}", url: "")`);
        const value = {
          kind: Kind.ENUM_VALUE_DEFINITION,
          name: { kind: Kind.NAME, value: graphName },
          directives: [directive],
        } as const;
        return { ...definition, values: [...(definition.values ?? []), value] };
      }
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return definition;
      if (definition.name.value === 'Query') return withEntityRoots(definition, [...entityKeys.keys()]);
      const keys = entityKeys.get(definition.name.value);
      return keys === undefined ? definition : withKeys(definition, keys);
    }),
  };
}

function withEntityRoots(query: ObjectTypeDefinitionNode, typeNames: readonly string[]): ObjectTypeDefinitionNode {
  const roots = typeNames.map(
    (typeName): FieldDefinitionNode => ({
      kind: Kind.FIELD_DEFINITION,
      name: { kind: Kind.NAME, value: rootFieldOf(typeName) },
      type: parseType(typeName),
      directives: [directiveOf(`@join__field(graph: ${graphName})`)],
    }),
  );
  const withGraphs = withExplicitGraphs(query, new Set());
  const joined = directiveOf(`@join__type(graph: ${graphName})`);
  return {
    ...withGraphs,
    directives: [...(query.directives ?? []), joined],
    fields: [...(withGraphs.fields ?? []), ...roots],
  };
}

function withKeys(type: ObjectTypeDefinitionNode, keys: readonly string[][]): ObjectTypeDefinitionNode {
  const names = new Set(keys.flat());
  const joined = [...new Set(keys.map((key) => key.join(' ')))].map((key) =>
    directiveOf(`@join__type(graph: ${graphName}, key: "${key}", resolvable: false)`),
  );
  return { ...withExplicitGraphs(type, names), directives: [...(type.directives ?? []), ...joined] };
}

/** A field without `@join__field` belongs to every subgraph of its type; the gateway's may have the keys alone. */
function withExplicitGraphs(type: ObjectTypeDefinitionNode, shared: ReadonlySet<string>): ObjectTypeDefinitionNode {
  const graphs = new Set(
    (type.directives ?? []).flatMap((directive) => {
      const value = directive.arguments?.find((argument) => argument.name.value === 'graph')?.value;
      return directive.name.value === 'join__type' && value?.kind === Kind.ENUM ? [value.value] : [];
    }),
  );
  const fields = (type.fields ?? []).map((field) => {
    const directives = field.directives ?? [];
    const isExplicit = directives.some((directive) => directive.name.value === 'join__field');
    const added = shared.has(field.name.value) ? (isExplicit ? [graphName] : []) : isExplicit ? [] : [...graphs];
    return {
      ...field,
      directives: [...directives, ...added.map((graph) => directiveOf(`@join__field(graph: ${graph})`))],
    };
  });
  return { ...type, fields };
}

function directiveOf(text: string): ConstDirectiveNode {
  const [definition] = parse(`type T ${text} { f: Int }`, { noLocation: true }).definitions;
  const directive = definition?.kind === Kind.OBJECT_TYPE_DEFINITION ? definition.directives?.[0] : undefined;
  if (directive === undefined) throw new Error(`Not a directive: ${text}`);
  return directive;
}
