import type { Doc } from '../values/bson-type.ts';
import { getField } from '../values/fields.ts';
import { somePathValue } from '../values/paths.ts';

/** Where a match notes the array element that made it true, for the positional `$`. */
export interface MatchContext {
  arrayIndex: number;
}

/** A compiled condition on whole documents. */
export type DocumentMatcher = (doc: Doc, context: MatchContext | null) => boolean;

/** A compiled condition on the field at a path, usable on one value too (inside `$elemMatch`). */
export interface Predicate {
  /** Judges one value, `undefined` for missing, without looking into arrays. */
  readonly single: (value: unknown) => boolean;
  /** The condition bound to a path. */
  readonly at: (path: string) => DocumentMatcher;
}

/** A condition that holds when any value at the path satisfies it; `expandLeaf` also tries an array's elements. */
export function valuePredicate(single: (value: unknown) => boolean, expandLeaf = true): Predicate {
  return {
    single,
    at(path) {
      const parts = path.split('.');
      if (parts.length === 1) {
        return (doc, context) => {
          const value = getField(doc, path);
          if (!Array.isArray(value) || !expandLeaf) return single(value);
          const index = value.findIndex((element) => single(element ?? null));
          if (index >= 0 && context) context.arrayIndex = index;
          return index >= 0 || single(value);
        };
      }
      return (doc, context) =>
        somePathValue(doc, parts, expandLeaf, (value, arrayIndex) => {
          if (!single(value)) return false;
          if (context && arrayIndex >= 0) context.arrayIndex = arrayIndex;
          return true;
        });
    },
  };
}

/** A negated condition never says which array element matched. */
export function notPredicate(inner: Predicate): Predicate {
  return {
    single: (value) => !inner.single(value),
    at(path) {
      const matcher = inner.at(path);
      return (doc) => !matcher(doc, null);
    },
  };
}

export function andPredicate(all: readonly Predicate[]): Predicate {
  if (all.length === 1) return all[0] as Predicate;
  return {
    single: (value) => all.every((predicate) => predicate.single(value)),
    at: (path) => andMatcher(all.map((predicate) => predicate.at(path))),
  };
}

export function andMatcher(all: readonly DocumentMatcher[]): DocumentMatcher {
  if (all.length === 0) return () => true;
  if (all.length === 1) return all[0] as DocumentMatcher;
  return (doc, context) => {
    for (const matcher of all) if (!matcher(doc, context)) return false;
    return true;
  };
}
