import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import { valuesAtPath } from '../values/paths.ts';
import type { TokenRules } from './tokens.ts';

/** What a text index says about searching: https://www.mongodb.com/docs/manual/core/indexes/index-types/index-text/ */
export interface TextIndex {
  readonly weights: ReadonlyMap<string, number>;
  readonly language: TokenRules['language'];
  /** The field in which a document names its own language. */
  readonly languageField: string;
}

/** The specification as listIndexes shows it: `_fts` and `_ftsx` for the fields, which stand in `weights`. */
export function textIndexSpec(entry: Doc): Doc {
  const given = entry['key'] as Doc;
  if (given['_fts'] === 'text' && isDocument(entry['weights'])) return entry;
  const weights: Doc = {};
  const key: Doc = {};
  for (const [path, kind] of Object.entries(given)) {
    if (kind !== 'text') key[path] = kind;
    else {
      weights[path] = new Int32(1);
      key['_fts'] = 'text';
      key['_ftsx'] = new Int32(1);
    }
  }
  for (const [path, weight] of Object.entries(isDocument(entry['weights']) ? entry['weights'] : {})) {
    if (!isNumeric(weight) || !(toDouble(weight) >= 1 && toDouble(weight) <= 99_999))
      throw new CommandError(67, `text index weight must be between 1 and 99999: ${path}`);
    weights[path] = weight;
  }
  return {
    ...entry,
    key,
    weights: Object.fromEntries(Object.entries(weights).sort(([a], [b]) => (a < b ? -1 : 1))),
    default_language: entry['default_language'] ?? 'english',
    language_override: entry['language_override'] ?? 'language',
    textIndexVersion: new Int32(3),
  };
}

export function parseTextIndex(spec: Doc): TextIndex {
  const weights = Object.entries(spec['weights'] as Doc).map(([path, weight]) => [path, toDouble(weight)] as const);
  return {
    weights: new Map(weights),
    language: parseLanguage(spec['default_language'], 67),
    languageField: String(spec['language_override']),
  };
}

/** Throws the code given for languages whose stems and stop words this server has not. */
export function parseLanguage(language: unknown, code: number): TokenRules['language'] {
  if (language === 'none') return 'none';
  if (language === 'english' || language === 'en') return 'english';
  throw new CommandError(code, `unsupported language: "${String(language)}"; this server knows english and none`);
}

/** A document's texts with their weights. */
export function textsOf(doc: Doc, index: TextIndex): { readonly text: string; readonly weight: number }[] {
  const texts: { text: string; weight: number }[] = [];
  for (const [path, weight] of index.weights) {
    if (path === '$**') continue;
    for (const text of valuesAtPath(doc, path)) if (typeof text === 'string') texts.push({ text, weight });
  }
  const everywhere = index.weights.get('$**');
  if (everywhere !== undefined) collect(doc, '', texts, everywhere, index);
  return texts;
}

function collect(
  value: unknown,
  path: string,
  texts: { text: string; weight: number }[],
  weight: number,
  index: TextIndex,
): void {
  if (typeof value === 'string') {
    if (!index.weights.has(path)) texts.push({ text: value, weight });
  } else if (Array.isArray(value)) {
    for (const element of value) collect(element, path, texts, weight, index);
  } else if (isDocument(value)) {
    for (const [name, field] of Object.entries(value))
      collect(field, path === '' ? name : `${path}.${name}`, texts, weight, index);
  }
}
