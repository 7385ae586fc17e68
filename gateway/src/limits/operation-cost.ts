import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import type { Graph } from '../composition/load-graph.ts';
import type { PreparedOperation } from '../planning/prepared-operation.ts';
import { type CostRules, type ListSizeRule, readCostRules } from './cost-rules.ts';

/** A list of unknown length counts as this many. */
const defaultListSize = 10;
/** No page is longer, whatever a client writes as `first`: a hostile number must not make the sum meaningless. */
const maxListSize = 1_000;
/** Arguments that say how long a list will be where no `@listSize` does. */
const commonSlicingArguments = ['first', 'last', 'limit'];
/** Fields of a connection that hold its page. */
const commonSizedFields = ['edges', 'nodes'];
const mutationWeight = 10;

const rulesOfGraphs = new WeakMap<Graph, CostRules>();
const fixedCosts = new WeakMap<PreparedOperation, number>();

/**
 * Estimates what an operation makes subgraphs do: one for each object it may return, nothing for a leaf, multiplied
 * through lists (the cost specification's static analysis). `@skip` and `@include` are taken as running; introspection
 * is free, because the gateway answers it from memory.
 */
export function costOf(prepared: PreparedOperation, variables: Readonly<Record<string, unknown>>): number {
  const fixed = fixedCosts.get(prepared);
  if (fixed !== undefined) return fixed;
  const { graph } = prepared;
  let rules = rulesOfGraphs.get(graph);
  if (rules === undefined) {
    rules = readCostRules(graph.document);
    rulesOfGraphs.set(graph, rules);
  }
  const estimate = new Estimate(prepared, rules, variables);
  const cost = estimate.total();
  // Only variables can make the next run differ.
  if (!estimate.dependsOnVariables) fixedCosts.set(prepared, cost);
  return cost;
}

class Estimate {
  dependsOnVariables = false;
  readonly #prepared: PreparedOperation;
  readonly #rules: CostRules;
  readonly #variables: Readonly<Record<string, unknown>>;

  constructor(prepared: PreparedOperation, rules: CostRules, variables: Readonly<Record<string, unknown>>) {
    this.#prepared = prepared;
    this.#rules = rules;
    this.#variables = variables;
  }

  total(): number {
    const { operation, rootType } = this.#prepared;
    const base = operation.operation === OperationTypeNode.MUTATION ? mutationWeight : 0;
    return base + this.#selections(rootType, operation.selectionSet, undefined);
  }

  /** `page` is the length that the field above gives to its sized fields. */
  #selections(parent: GraphQLCompositeType, { selections }: SelectionSetNode, page: Page | undefined): number {
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        cost += this.#field(parent, selection, page);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#prepared.fragments.get(selection.name.value);
      if (fragment === undefined) continue;
      const named = fragment.typeCondition && this.#prepared.graph.schema.getType(fragment.typeCondition.name.value);
      cost += this.#selections(isCompositeType(named) ? named : parent, fragment.selectionSet, page);
    }
    return cost;
  }

  #field(parent: GraphQLCompositeType, node: FieldNode, page: Page | undefined): number {
    const name = node.name.value;
    if (name.startsWith('__') || !('getFields' in parent)) return 0;
    const field = parent.getFields()[name];
    if (field === undefined) return 0;
    const coordinate = `${parent.name}.${name}`;
    const named = getNamedType(field.type);
    const rule = this.#rules.listSizes.get(coordinate);
    const size = this.#pageSize(node, field, rule);
    const own =
      this.#rules.weights.get(coordinate) ?? this.#rules.weights.get(named.name) ?? (isCompositeType(named) ? 1 : 0);
    const isList = isListOf(field.type);
    const fromAbove = page?.fields.includes(name) ? page.size : undefined;
    const times = isList ? (fromAbove ?? size ?? rule?.assumedSize ?? defaultListSize) : 1;
    const inner: Page | undefined =
      !isList && size !== undefined
        ? { size, fields: rule?.sizedFields.length ? rule.sizedFields : commonSizedFields }
        : undefined;
    const below =
      node.selectionSet !== undefined && isCompositeType(named) ? this.#selections(named, node.selectionSet, inner) : 0;
    return times * (own + below);
  }

  #pageSize(
    node: FieldNode,
    field: GraphQLField<unknown, unknown>,
    rule: ListSizeRule | undefined,
  ): number | undefined {
    const names = rule?.slicingArguments.length ? rule.slicingArguments : commonSlicingArguments;
    const sizes = names.flatMap((name) => {
      const definition = field.args.find((argument) => argument.name === name);
      if (definition === undefined) return [];
      const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
      if (value?.kind === Kind.INT) return [Number(value.value)];
      if (value?.kind === Kind.VARIABLE) {
        this.dependsOnVariables = true;
        const given = this.#variables[value.name.value];
        if (typeof given === 'number') return [given];
      }
      return typeof definition.defaultValue === 'number' ? [definition.defaultValue] : [];
    });
    if (sizes.length === 0) return rule?.assumedSize;
    return Math.min(Math.max(...sizes, 0), maxListSize);
  }
}

interface Page {
  readonly size: number;
  readonly fields: readonly string[];
}

function isListOf(type: GraphQLField<unknown, unknown>['type']): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

/** Counts how often each of the watched root fields stands in an operation, aliases one by one. */
export function countRootFields(
  prepared: PreparedOperation,
  watched: ReadonlyMap<string, unknown>,
): Map<string, number> {
  const counts = new Map<string, number>();
  if (watched.size === 0 || !isObjectType(prepared.rootType)) return counts;
  const count = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        if (watched.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
      } else {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : prepared.fragments.get(selection.name.value);
        if (fragment !== undefined) count(fragment.selectionSet);
      }
    }
  };
  count(prepared.operation.selectionSet);
  return counts;
}
