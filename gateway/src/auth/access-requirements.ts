import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
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
 * A field is guarded by its own rule, by the rule of the type it returns, and, when it is selected through an
 * interface, by the rules of every implementation's field: which of them answers is not known before it is too late.
 */
function collect(schema: GraphQLSchema, rules: SecurityRules, parsed: ParsedOperation): AccessRequirement[] {
  const requirements: AccessRequirement[] = [];
  for (const definition of [parsed.operation, ...parsed.fragments.values()]) {
    const typeInfo = new TypeInfo(schema);
    visit(
      definition,
      visitWithTypeInfo(typeInfo, {
        Field(node) {
          const parent = typeInfo.getParentType();
          const type = typeInfo.getType();
          if (!parent || !type) return;
          for (const owner of [parent.name, ...implementationsOf(schema, parent)]) {
            const rule = rules.fields.get(`${owner}.${node.name.value}`);
            if (rule !== undefined) requirements.push({ node, rule });
          }
          const returned = rules.types.get(getNamedType(type).name);
          if (returned !== undefined) requirements.push({ node, rule: returned });
        },
      }),
    );
  }
  return requirements;
}

function implementationsOf(schema: GraphQLSchema, type: GraphQLCompositeType): string[] {
  return isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
}
