import type { CompiledFilter } from '../query/compile-filter.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { type Collation, parseCollation } from '../values/collation.ts';
import { plainDocument, putField } from '../values/fields.ts';
import { toDouble } from '../values/numeric.ts';
import { badValue, location } from '../values/refusals.ts';
import type { CompileScope, Variables } from './expression-scope.ts';
import { type ExpressionScope, rootVariables } from './expressions.ts';
import {
  type LeafParser,
  type ProjectionLeaf,
  type ProjectionNode,
  parseProjection,
  projectionMode,
} from './projection-tree.ts';

export interface ProjectionOptions {
  readonly collation?: unknown;
  readonly let?: Doc | undefined;
  readonly variables?: ExpressionScope | undefined;
  readonly now?: Date | undefined;
  /** The query's filter; needed for the positional `$`. */
  readonly filter?: CompiledFilter | undefined;
}

/**
 * A find projection: inclusion, exclusion, `$slice`, `$elemMatch`, positional `$`, expressions.
 * https://www.mongodb.com/docs/manual/tutorial/project-fields-from-query-results/
 */
export function compileProjection(projection: unknown, options: ProjectionOptions = {}): (doc: Doc) => Doc {
  if (projection === undefined || projection === null) return (doc) => doc;
  if (!isDocument(projection)) throw badValue('projection must be an object');
  if (Object.keys(projection).length === 0) return (doc) => doc;
  const given = options.collation as Partial<Collation> | undefined;
  const collation = given && 'upperFirst' in given ? (given as Collation) : parseCollation(given);
  const variables = options.variables ?? rootVariables({ now: options.now ?? new Date(), let: options.let, collation });
  const tree = parseProjection(projection, variables.compile, findLeaf(collation));
  return compileTree(tree, variables.values, options.filter);
}

/** The `$project` stage. Throws Location51272 for an empty specification. */
export function compileProjectStage(projection: unknown, scope: CompileScope, variables: Variables): (doc: Doc) => Doc {
  if (!isDocument(projection)) throw location(15969, '$project specification must be an object');
  if (Object.keys(projection).length === 0)
    throw location(51272, 'Invalid $project :: caused by :: projection specification must have at least one field');
  const tree = parseProjection(projection, scope, () => undefined);
  if (hasPositional(tree))
    throw location(
      31324,
      'Invalid $project :: caused by :: Cannot use positional projection in aggregation projection',
    );
  return compileTree(tree, variables, undefined);
}

function compileTree(
  tree: ProjectionNode,
  variables: Variables,
  filter: CompiledFilter | undefined,
): (doc: Doc) => Doc {
  const mode = projectionMode(tree);
  const positional = hasPositional(tree);
  if (positional && mode === 'exclude') throw location(31395, 'positional projection cannot be used with exclusion');
  if (mode === 'include' && !tree.children.has('_id')) {
    tree.children.set('_id', { kind: 'include' });
  }
  return (doc) => {
    const context: ProjectContext = { root: doc, variables, arrayIndex: -1 };
    if (positional) {
      context.arrayIndex = filter?.matchArray(doc) ?? -1;
      if (context.arrayIndex < 0)
        throw location(
          51246,
          "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
        );
    }
    return mode === 'include' ? include(doc, tree, context) : exclude(doc, tree, context);
  };
}

function hasPositional(node: ProjectionNode): boolean {
  let found = false;
  for (const child of node.children.values()) {
    const here = child.kind === 'positional' || (child.kind === 'node' && hasPositional(child));
    if (here && found) throw location(31276, 'Cannot specify more than one positional projection per query.');
    found ||= here;
  }
  return found;
}

interface ProjectContext {
  readonly root: Doc;
  readonly variables: Variables;
  arrayIndex: number;
}

function include(source: Doc, node: ProjectionNode, context: ProjectContext): Doc {
  const doc = plainDocument(source);
  const made: Doc = {};
  for (const name of Object.keys(doc)) {
    const child = node.children.get(name);
    if (!child || child.kind === 'exclude' || child.kind === 'computed') continue;
    const value =
      child.kind === 'node' ? includeNested(doc[name], child, context) : leafValue(doc[name], child, context);
    if (value !== undefined) putField(made, name, value);
  }
  for (const [name, child] of node.children) addComputed(made, doc, name, child, context);
  return made;
}

function leafValue(value: unknown, leaf: ProjectionLeaf, context: ProjectContext): unknown {
  if (leaf.kind === 'array') return leaf.project(value);
  if (leaf.kind === 'positional' && Array.isArray(value))
    return value.slice(context.arrayIndex, context.arrayIndex + 1);
  return value;
}

function includeNested(value: unknown, node: ProjectionNode, context: ProjectContext): unknown {
  if (Array.isArray(value)) {
    return value.map((element) => includeNested(element, node, context)).filter((element) => element !== undefined);
  }
  if (isDocument(value)) return include(value, node, context);
  const computed = include({}, node, context);
  return Object.keys(computed).length > 0 ? computed : undefined;
}

function addComputed(
  made: Doc,
  doc: Doc,
  name: string,
  child: ProjectionNode | ProjectionLeaf,
  context: ProjectContext,
): void {
  if (child.kind === 'computed') {
    const value = child.expression(context.root, context.variables);
    if (value !== undefined) putField(made, name, value);
  } else if (child.kind === 'node' && !Object.hasOwn(doc, name)) {
    const value = includeNested(undefined, child, context);
    if (value !== undefined) putField(made, name, value);
  }
}

function exclude(source: Doc, node: ProjectionNode, context: ProjectContext): Doc {
  const doc = plainDocument(source);
  const made: Doc = {};
  for (const name of Object.keys(doc)) {
    const child = node.children.get(name);
    if (child?.kind === 'exclude' || child?.kind === 'computed') continue;
    const value =
      child?.kind === 'node'
        ? excludeNested(doc[name], child, context)
        : child
          ? leafValue(doc[name], child as ProjectionLeaf, context)
          : doc[name];
    if (value !== undefined) putField(made, name, value);
  }
  // Only $meta: other expressions are refused beside an exclusion.
  for (const [name, child] of node.children)
    if (child.kind === 'computed') addComputed(made, doc, name, child, context);
  return made;
}

function excludeNested(value: unknown, node: ProjectionNode, context: ProjectContext): unknown {
  if (Array.isArray(value)) return value.map((element) => excludeNested(element, node, context));
  return isDocument(value) ? exclude(value, node, context) : value;
}

function findLeaf(collation: Collation | undefined): LeafParser {
  return (path, operand) => {
    if (Object.hasOwn(operand, '$slice')) return sliceLeaf(operand['$slice']);
    if (!Object.hasOwn(operand, '$elemMatch')) return undefined;
    if (path.includes('.')) throw location(31275, 'Cannot use $elemMatch projection on a nested field.');
    if (bsonTypeOf(operand['$elemMatch']) !== 'object')
      throw location(31274, 'elemMatch: Invalid argument, object required.');
    const filter = compileFilter({ value: operand }, { collation });
    const project = (value: unknown): unknown => {
      if (!Array.isArray(value)) return undefined;
      const index = filter.matchArray({ value });
      return index < 0 ? undefined : [value[index]];
    };
    return { kind: 'array', project, isElemMatch: true };
  };
}

function sliceLeaf(operand: unknown): ProjectionLeaf | undefined {
  const list = Array.isArray(operand) ? operand : [operand];
  // Three arguments, or a first one that is no number, are the aggregation expression.
  if (!list.every(isNumeric) || list.length > 2) return undefined;
  if (list.length === 0)
    throw location(28667, 'Invalid $slice syntax. The given syntax { $slice: [] } did not match the find() syntax');
  const numbers = list.map((item) => Math.trunc(toDouble(item)));
  const [first, limit] = numbers as [number, number?];
  if (limit !== undefined && limit <= 0)
    throw location(28724, 'First argument to $slice must be an array; the limit must be positive');
  const project = (value: unknown): unknown => {
    if (!Array.isArray(value)) return value;
    if (limit === undefined) return first >= 0 ? value.slice(0, first) : value.slice(first);
    const start = first < 0 ? Math.max(0, value.length + first) : first;
    return value.slice(start, start + limit);
  };
  return { kind: 'array', project, isElemMatch: false };
}
