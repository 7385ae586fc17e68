import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Graph } from '../composition/load-graph.ts';
import type { ParsedOperation } from '../planning/parsed-operation.ts';
import type { PreparedOperation } from '../planning/prepared-operation.ts';
import { type AccessRule, readSecurityRules, type SecurityRules } from './security-rules.ts';

/** One rule that stands before one field of an operation; a field may have several, all of which must hold. */
export interface AccessRequirement {
  readonly node: FieldNode;
  readonly rule: AccessRule;
  /** Whether the field stands on the operation's root type. */
  readonly isRoot: boolean;
}

const rulesOfGraphs = new WeakMap<Graph, SecurityRules>();
const requirementsOfOperations = new WeakMap<ParsedOperation, readonly AccessRequirement[]>();

/** The rules that guard the fields of an operation, worked out once for as long as it is kept. */
export function accessRequirements(prepared: PreparedOperation): readonly AccessRequirement[] {
  const known = requirementsOfOperations.get(prepared);
  if (known !== undefined) return known;
  const { graph } = prepared;
  let rules = rulesOfGraphs.get(graph);
  if (rules === undefined) {
    rules = readSecurityRules(graph.document);
    rulesOfGraphs.set(graph, rules);
  }
  const requirements = rules.types.size + rules.fields.size === 0 ? [] : collect(graph.schema, rules, prepared);
  requirementsOfOperations.set(prepared, requirements);
  return requirements;
}

/**
 * A field is guarded by its own rule, by the rule of the type it stands on and of the type it returns. Selected through
 * an interface, it is guarded by the rules of every implementation: which of them answers is known only when it is too
 * late. A fragment on one implementation asks for that one's rules alone.
 */
function collect(schema: GraphQLSchema, rules: SecurityRules, parsed: ParsedOperation): AccessRequirement[] {
  const requirements: AccessRequirement[] = [];
  const rootType = schema.getRootType(parsed.operation.operation);
  for (const definition of [parsed.operation, ...parsed.fragments.values()]) {
    const typeInfo = new TypeInfo(schema);
    visit(
      definition,
      visitWithTypeInfo(typeInfo, {
        Field(node) {
          const parent = typeInfo.getParentType();
          const type = typeInfo.getType();
          if (!parent || !type) return;
          if (node.name.value.startsWith('__')) return;
          const isRoot = parent === rootType;
          const coordinates = [parent.name, ...implementationsOf(schema, parent)].flatMap((owner) => [
            rules.fields.get(`${owner}.${node.name.value}`),
            rules.types.get(owner),
          ]);
          for (const rule of [...coordinates, ruleOfReturned(schema, rules, getNamedType(type))]) {
            if (rule !== undefined) requirements.push({ node, rule, isRoot });
          }
        },
      }),
    );
  }
  return requirements;
}

/**
 * Composition copies the rules of implementations onto their interface. Such a rule guards what is selected through the
 * interface; asking it of the field that returns the interface would close fragments on the open implementations too.
 */
function ruleOfReturned(schema: GraphQLSchema, rules: SecurityRules, type: GraphQLNamedType): AccessRule | undefined {
  const isInherited =
    isInterfaceType(type) &&
    schema.getPossibleTypes(type).some((implementation) => rules.types.has(implementation.name));
  return isInherited ? undefined : rules.types.get(type.name);
}

function implementationsOf(schema: GraphQLSchema, type: GraphQLCompositeType): string[] {
  return isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
}
