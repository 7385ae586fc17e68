import { isTruthy } from '../query/element-tests.ts';
import { bsonTypeOf, type Doc, isNumeric } from '../values/bson-type.ts';
import { plainDocument } from '../values/fields.ts';
import { location } from '../values/refusals.ts';
import type { CompileScope, Expression } from './expression-scope.ts';

/** What a projection says about one field. */
export type ProjectionLeaf =
  | { readonly kind: 'include' }
  | { readonly kind: 'exclude' }
  /** `isMeta` marks `$meta`, which goes with inclusion and exclusion alike. */
  | { readonly kind: 'computed'; readonly expression: Expression; readonly isMeta?: boolean }
  /** Find's `$slice` and `$elemMatch`: from the present value to the projected one, `undefined` for none. */
  | { readonly kind: 'array'; readonly project: (value: unknown) => unknown; readonly isElemMatch: boolean }
  | { readonly kind: 'positional' };

export interface ProjectionNode {
  readonly kind: 'node';
  readonly children: Map<string, ProjectionNode | ProjectionLeaf>;
}

export type LeafParser = (path: string, operand: Doc) => ProjectionLeaf | undefined;

export function emptyNode(): ProjectionNode {
  return { kind: 'node', children: new Map() };
}

/** Puts a leaf at a dotted path. Throws Location31249/31250 when paths collide. */
export function addLeaf(root: ProjectionNode, path: string, leaf: ProjectionLeaf): void {
  const parts = path.split('.');
  let node = root;
  parts.forEach((part, index) => {
    if (part === '') throw location(40353, `FieldPath field names may not be empty strings. Path: '${path}'`);
    const present = node.children.get(part);
    if (index === parts.length - 1) {
      if (present) throw location(31250, `Path collision at ${path}`);
      node.children.set(part, leaf);
      return;
    }
    if (present && present.kind !== 'node') {
      throw location(31249, `Path collision at ${path} remaining portion ${parts.slice(index + 1).join('.')}`);
    }
    const next = present ?? emptyNode();
    node.children.set(part, next);
    node = next;
  });
}

/** Reads a projection document into a tree; `special` may take operators that only find knows. */
export function parseProjection(spec: Doc, scope: CompileScope, special: LeafParser): ProjectionNode {
  const root = emptyNode();
  const visit = (doc: Doc, prefix: string): void => {
    for (const [name, operand] of Object.entries(plainDocument(doc))) {
      if (name.startsWith('$'))
        throw location(
          16410,
          `FieldPath field names may not start with '$'. Consider using $getField or $setField. Found: ${name}`,
        );
      const path = `${prefix}${name}`;
      if (/(?:^|\.)\$\./.test(path))
        throw location(31394, "As of 4.4, it's illegal to specify positional operator in the middle of a path.");
      if (bsonTypeOf(operand) !== 'object') {
        addScalar(root, path, operand, scope);
        continue;
      }
      const inner = operand as Doc;
      const leaf = special(path, inner);
      const first = Object.keys(inner)[0];
      if (leaf) addLeaf(root, path, leaf);
      else if (first === undefined)
        throw location(51270, `An empty sub-projection is not a valid value. Found empty object at path: ${path}`);
      else if (first.startsWith('$'))
        addLeaf(root, path, {
          kind: 'computed',
          expression: scope.compile(inner, scope),
          isMeta: first === '$meta',
        });
      else visit(inner, `${path}.`);
    }
  };
  visit(spec, '');
  return root;
}

function addScalar(root: ProjectionNode, path: string, operand: unknown, scope: CompileScope): void {
  if (path.endsWith('.$') || path === '$') {
    addLeaf(root, path.slice(0, -2), { kind: 'positional' });
  } else if (typeof operand === 'boolean' || isNumeric(operand)) {
    addLeaf(root, path, { kind: isTruthy(operand) ? 'include' : 'exclude' });
  } else {
    addLeaf(root, path, { kind: 'computed', expression: scope.compile(operand, scope) });
  }
}

/**
 * Inclusion or exclusion, decided by the first field that says so; `_id` only decides alone. Throws Location31253 and
 * 31254 when fields disagree.
 */
export function projectionMode(root: ProjectionNode): 'include' | 'exclude' {
  let mode: 'include' | 'exclude' | undefined;
  const visit = (node: ProjectionNode, prefix: string): void => {
    for (const [name, child] of node.children) {
      const path = `${prefix}${name}`;
      if (child.kind === 'node') visit(child, `${path}.`);
      else if (path !== '_id') mode = agreed(mode, child, path);
    }
  };
  visit(root, '');
  if (mode) return mode;
  const id = root.children.get('_id');
  if (id) return id.kind === 'exclude' ? 'exclude' : 'include';
  return 'exclude';
}

function agreed(
  mode: 'include' | 'exclude' | undefined,
  leaf: ProjectionLeaf,
  path: string,
): 'include' | 'exclude' | undefined {
  if (leaf.kind === 'array' && !leaf.isElemMatch) return mode;
  if (leaf.kind === 'computed' && leaf.isMeta) return mode;
  const own = leaf.kind === 'exclude' ? 'exclude' : 'include';
  if (mode === undefined || mode === own) return own;
  if (own === 'exclude') throw location(31254, `Cannot do exclusion on field ${path} in inclusion projection`);
  if (leaf.kind === 'computed') throw location(31252, 'Cannot use expression other than $meta in exclusion projection');
  throw location(31253, `Cannot do inclusion on field ${path} in exclusion projection`);
}
