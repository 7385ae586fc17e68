import { Long } from 'bson';
import { compileFilter } from '../../query/compile-filter.ts';
import { editPath } from '../../update/path-edit.ts';
import { type Doc, isDocument, isNumeric } from '../../values/bson-type.ts';
import { putField } from '../../values/fields.ts';
import { encodeKey } from '../../values/key.ts';
import { toDouble } from '../../values/numeric.ts';
import { valuesAtPath } from '../../values/paths.ts';
import { failedToParse, location } from '../../values/refusals.ts';
import type { PipelineScope, Stage } from '../stage.ts';

const fields = [
  'from',
  'startWith',
  'connectFromField',
  'connectToField',
  'as',
  'maxDepth',
  'depthField',
  'restrictSearchWithMatch',
];

/** `$graphLookup`: breadth first, each document once. */
export function compileGraphLookup(operand: unknown, scope: PipelineScope): Stage {
  if (!isDocument(operand)) throw failedToParse('the $graphLookup stage specification must be an object');
  const unknown = Object.keys(operand).find((name) => !fields.includes(name));
  if (unknown) throw location(40104, `unknown argument to $graphLookup: ${unknown}`);
  for (const name of ['from', 'startWith', 'connectFromField', 'connectToField', 'as']) {
    if (operand[name] === undefined) throw location(40105, `$graphLookup requires '${name}' to be specified`);
    if (name !== 'startWith' && typeof operand[name] !== 'string')
      throw location(40103, `expected string as argument for ${name}`);
  }
  const { from, connectFromField, connectToField, as, maxDepth, depthField } = operand as Record<string, string>;
  if (maxDepth !== undefined && !isNumeric(maxDepth)) throw location(40100, 'maxDepth requires a numeric argument');
  const deepest = maxDepth === undefined ? Number.POSITIVE_INFINITY : toDouble(maxDepth);
  if (deepest < 0) throw location(40101, 'maxDepth requires a nonnegative argument');
  const { compile, values } = scope.variables;
  const startWith = compile.compile(operand['startWith'], compile);
  const restrict = compileFilter(operand['restrictSearchWithMatch'] ?? {}, {
    collation: scope.collation,
    variables: scope.variables,
  });
  const key = (value: unknown): string => encodeKey(value ?? null, { collation: scope.collation });
  return function* graph(docs) {
    const candidates = [...scope.lookupCollection(from as string)].filter((doc) => restrict.matches(doc));
    for (const doc of docs) {
      const start = startWith(doc, values);
      const found = search(candidates, Array.isArray(start) ? start : [start]);
      yield editPath(doc, (as as string).split('.'), () => found, 'create');
    }
  };

  function search(candidates: readonly Doc[], start: readonly unknown[]): Doc[] {
    const found = new Map<Doc, Doc>();
    let frontier = new Set(start.filter((value) => value !== undefined).map(key));
    for (let depth = 0; depth <= deepest && frontier.size > 0; depth += 1) {
      const next = new Set<string>();
      for (const candidate of candidates) {
        if (
          found.has(candidate) ||
          !valuesAtPath(candidate, connectToField as string).some((value) => frontier.has(key(value)))
        )
          continue;
        found.set(candidate, withDepth(candidate, depth));
        for (const value of valuesAtPath(candidate, connectFromField as string))
          if (value !== undefined && !Array.isArray(value)) next.add(key(value));
      }
      frontier = next;
    }
    return [...found.values()];
  }

  function withDepth(doc: Doc, depth: number): Doc {
    if (depthField === undefined) return doc;
    const copy = { ...doc };
    putField(copy, depthField, Long.fromNumber(depth));
    return copy;
  }
}
