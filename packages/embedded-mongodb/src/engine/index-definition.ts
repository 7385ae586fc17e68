import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { type CompiledFilter, compileFilter } from '../query/compile-filter.ts';
import { parseTextIndex, type TextIndex, textIndexSpec } from '../text/text-index.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { type Collation, collationInFull, parseCollation } from '../values/collation.ts';
import { toDouble } from '../values/numeric.ts';

export interface IndexField {
  readonly path: string;
  readonly direction: 1 | -1;
}

/**
 * Only a `tree` is used to find documents. The others say what a collection's queries may do (`$near`, `$text`) and check
 * what is stored; such queries read the whole collection.
 */
export type IndexKind = 'tree' | 'geo' | 'text' | 'wildcard';

/** An index as the engine uses it; `spec` is what listIndexes answers and what the log keeps. */
export interface IndexDefinition {
  readonly name: string;
  readonly kind: IndexKind;
  readonly fields: readonly IndexField[];
  /** The fields with locations, of a geospatial index. */
  readonly geoPaths: readonly string[];
  readonly text: TextIndex | undefined;
  readonly isUnique: boolean;
  /** Not unique yet, but takes no further duplicates: the way to make an index unique while it is in use. */
  readonly isPreparedForUnique: boolean;
  readonly isSparse: boolean;
  readonly isHidden: boolean;
  readonly partialFilter: CompiledFilter | undefined;
  readonly collation: Collation | undefined;
  /** Seconds after the date in the indexed field when a document expires; undefined for no TTL index. */
  readonly expireAfterSeconds: number | undefined;
  readonly spec: Doc;
}

const KNOWN_OPTIONS: ReadonlySet<string> = new Set([
  ...['key', 'name', 'unique', 'sparse', 'background', 'v', 'ns', 'hidden', 'partialFilterExpression'],
  ...['expireAfterSeconds', 'collation', 'storageEngine', 'prepareUnique', 'weights', 'default_language'],
  ...['language_override', 'textIndexVersion', '2dsphereIndexVersion', 'bits', 'min', 'max', 'wildcardProjection'],
]);

export const ID_INDEX: IndexDefinition = {
  name: '_id_',
  kind: 'tree',
  geoPaths: [],
  text: undefined,
  fields: [{ path: '_id', direction: 1 }],
  isUnique: true,
  isPreparedForUnique: false,
  isSparse: false,
  isHidden: false,
  partialFilter: undefined,
  collation: undefined,
  expireAfterSeconds: undefined,
  spec: { v: new Int32(2), key: { _id: new Int32(1) }, name: '_id_' },
};

/**
 * Checks one entry of createIndexes. Throws 67 CannotCreateIndex for an unknown kind of key, 197 for unknown options, 2
 * and 14 for malformed ones.
 */
export function parseIndexDefinition(given: unknown): IndexDefinition {
  if (!isDocument(given)) throw new CommandError(14, 'The elements of the indexes array must be objects');
  const kind = kindOf(given['key']);
  const entry = kind === 'text' ? textIndexSpec(given) : given;
  for (const option of Object.keys(entry)) {
    if (KNOWN_OPTIONS.has(option)) continue;
    throw new CommandError(
      197,
      `Error in specification { ... } :: caused by :: The field '${option}' is not valid for an index specification`,
    );
  }
  const fields = parseFields(entry['key'], kind);
  const name = entry['name'];
  if (name === undefined)
    throw new CommandError(9, "The 'name' field is a required property of an index specification");
  if (typeof name !== 'string') throw new CommandError(14, "The field 'name' must be a string");
  if (name === '') throw new CommandError(67, 'The index name cannot be empty');
  if (name === '*') throw new CommandError(2, "The index name '*' is not valid.");
  const isSparse = flag(entry, 'sparse');
  const partial = entry['partialFilterExpression'];
  if (partial !== undefined && !isDocument(partial)) {
    throw new CommandError(14, "The field 'partialFilterExpression' must be an object");
  }
  if (partial) checkPartialFilter(partial);
  if (partial && isSparse) throw new CommandError(67, 'cannot mix "partialFilterExpression" and "sparse" options');
  if (isIdKey(fields)) checkIdIndex(entry);
  const isHashed = Object.values((entry['key'] as Doc) ?? {}).includes('hashed');
  if (flag(entry, 'unique') && (kind !== 'tree' || isHashed))
    throw new CommandError(
      isHashed ? 16764 : 67,
      isHashed
        ? 'Currently hashed indexes cannot guarantee uniqueness. Use a regular index.'
        : `Index type '${kind}' does not support the unique option`,
    );
  return {
    name,
    kind,
    fields,
    geoPaths: kind === 'geo' ? geoPathsOf(entry['key'] as Doc) : [],
    text: kind === 'text' ? parseTextIndex(entry) : undefined,
    isUnique: flag(entry, 'unique'),
    isPreparedForUnique: flag(entry, 'prepareUnique') && !flag(entry, 'unique'),
    isSparse,
    isHidden: flag(entry, 'hidden'),
    partialFilter: partial ? compileFilter(partial) : undefined,
    collation: parseCollation(entry['collation']),
    expireAfterSeconds: parseExpiry(entry['expireAfterSeconds'], fields),
    spec: storedSpec(entry, fields),
  };
}

function isIdKey(fields: readonly IndexField[]): boolean {
  return fields.length === 1 && fields[0]?.path === '_id' && fields[0].direction === 1;
}

const ID_INDEX_OPTIONS: ReadonlySet<string> = new Set(['key', 'name', 'v', 'ns', 'collation', 'background']);

/** https://www.mongodb.com/docs/manual/indexes/#default-index : it is unique as it is and takes no options. */
function checkIdIndex(entry: Doc): void {
  const option = Object.keys(entry).find((name) => !ID_INDEX_OPTIONS.has(name));
  if (option) throw new CommandError(197, `The field '${option}' is not valid for an _id index specification`);
}

/** https://www.mongodb.com/docs/manual/core/index-partial/ : what a partial index may be filtered by. */
const PARTIAL_OPERATORS: ReadonlySet<string> = new Set([
  ...['$eq', '$gt', '$gte', '$lt', '$lte', '$type', '$in', '$geoWithin', '$geoIntersects'],
]);

function checkPartialFilter(filter: Doc): void {
  for (const [name, operand] of Object.entries(filter)) {
    if (name === '$and' || name === '$or') {
      for (const clause of Array.isArray(operand) ? operand : []) if (isDocument(clause)) checkPartialFilter(clause);
    } else if (name.startsWith('$') && name !== '$comment') throw partialRefusal(name);
    else if (isDocument(operand)) {
      for (const [operator, value] of Object.entries(operand)) {
        const isKnown = PARTIAL_OPERATORS.has(operator) || (operator === '$exists' && value === true);
        const isTruthyExists = operator === '$exists' && isNumeric(value) && toDouble(value) !== 0;
        if (operator.startsWith('$') && !isKnown && !isTruthyExists) throw partialRefusal(operator);
      }
    }
  }
}

function partialRefusal(operator: string): CommandError {
  return new CommandError(67, `Expression not supported in partial index: ${operator}`);
}

function kindOf(key: unknown): IndexKind {
  if (!isDocument(key)) return 'tree';
  const kinds = Object.values(key);
  if (kinds.includes('text')) return 'text';
  if (kinds.includes('2dsphere') || kinds.includes('2d')) return 'geo';
  return Object.keys(key).some((path) => path.includes('$**')) ? 'wildcard' : 'tree';
}

function geoPathsOf(key: Doc): string[] {
  return Object.keys(key).filter((path) => key[path] === '2dsphere' || key[path] === '2d');
}

function parseFields(key: unknown, indexKind: IndexKind): IndexField[] {
  if (!isDocument(key)) throw new CommandError(14, "The field 'key' must be an object");
  const paths = Object.keys(key);
  if (paths.length === 0) throw new CommandError(67, 'Index keys cannot be an empty field');
  if (paths.length > 32) throw new CommandError(13103, 'too many compound keys: at most 32');
  return paths.map((path) => {
    const kind = key[path];
    if (path === '' || path.split('.').includes(''))
      throw new CommandError(67, 'Index keys cannot contain an empty field');
    if (path.includes('$**')) {
      if (indexKind === 'wildcard' && (path === '$**' || path.endsWith('.$**'))) return { path, direction: 1 };
      throw new CommandError(67, `a wildcard must be the end of the path: ${path}`);
    }
    if (path.split('.').some((part) => part.startsWith('$') && !['$id', '$ref', '$db'].includes(part))) {
      throw new CommandError(67, `Index key contains an illegal field name: field name starts with '$'.`);
    }
    if (typeof kind === 'string') {
      if (!['text', '2d', '2dsphere', 'hashed'].includes(kind))
        throw new CommandError(67, `Unknown index plugin '${kind}'`);
      return { path, direction: 1 };
    }
    if (!isNumeric(kind) || toDouble(kind) === 0 || Number.isNaN(toDouble(kind))) {
      throw new CommandError(
        67,
        `Values in v:2 index key pattern cannot be of type ${bsonTypeOf(kind)} or zero. Only numbers > 0, numbers < 0, and strings are allowed.`,
      );
    }
    return { path, direction: toDouble(kind) < 0 ? -1 : 1 };
  });
}

function parseExpiry(value: unknown, fields: readonly IndexField[]): number | undefined {
  if (value === undefined) return undefined;
  if (!isNumeric(value)) throw new CommandError(14, "The field 'expireAfterSeconds' must be a number");
  const seconds = toDouble(value);
  if (!(seconds >= 0 && seconds <= 2_147_483_647)) {
    throw new CommandError(
      67,
      "TTL index 'expireAfterSeconds' option must be within an acceptable range, 0 to 2147483647",
    );
  }
  if (fields.length > 1 || fields[0]?.path === '_id') {
    throw new CommandError(67, 'TTL indexes are single-field indexes, compound indexes and _id do not support TTL');
  }
  return seconds;
}

function flag(entry: Doc, name: string): boolean {
  const value = entry[name];
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  if (isNumeric(value)) return toDouble(value) !== 0;
  throw new CommandError(
    14,
    `The field '${name}' has value of type ${bsonTypeOf(value)}, which is not convertible to bool`,
  );
}

const KEPT_OPTIONS = [
  ...['background', 'partialFilterExpression', 'expireAfterSeconds', 'weights', 'default_language'],
  ...['language_override', 'textIndexVersion', 'bits', 'min', 'max', 'wildcardProjection'],
];

function storedSpec(entry: Doc, fields: readonly IndexField[]): Doc {
  const key = entry['key'] as Doc;
  const spec: Doc = {
    v: new Int32(2),
    key: Object.fromEntries(fields.map(({ path }) => [path, key[path]])),
    name: entry['name'],
  };
  for (const option of ['unique', 'sparse', 'hidden', 'prepareUnique'] as const)
    if (flag(entry, option)) spec[option] = true;
  for (const option of KEPT_OPTIONS) if (entry[option] !== undefined) spec[option] = entry[option];
  const collation = collationInFull(entry['collation']);
  if (collation) spec['collation'] = collation;
  if (Object.values(key).includes('2dsphere')) spec['2dsphereIndexVersion'] = new Int32(3);
  return spec;
}
