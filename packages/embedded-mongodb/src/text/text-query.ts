import { type Doc, isDocument } from '../values/bson-type.ts';
import { badValue, location, typeMismatch } from '../values/refusals.ts';
import { parseLanguage, type TextIndex, textsOf } from './text-index.ts';
import { fold, type TokenRules, termsOf } from './tokens.ts';

/** The score of a document, 0 when it does not match. */
export type TextScorer = (doc: Doc) => number;

const FIELDS = ['$search', '$language', '$caseSensitive', '$diacriticSensitive'];

/** Compiles `$text`: https://www.mongodb.com/docs/manual/reference/operator/query/text/ */
export function compileTextQuery(operand: unknown, index: TextIndex): TextScorer {
  if (!isDocument(operand)) throw typeMismatch('$text expects an object');
  const unknown = Object.keys(operand).find((name) => !FIELDS.includes(name));
  if (unknown) throw badValue(`extra fields in $text: ${unknown}`);
  const search = operand['$search'];
  if (typeof search !== 'string') throw typeMismatch('$search requires a string value');
  const language = operand['$language'];
  const rules: TokenRules = {
    language: language === undefined ? index.language : parseLanguage(language, 17262),
    isCaseSensitive: flag(operand, '$caseSensitive'),
    isDiacriticSensitive: flag(operand, '$diacriticSensitive'),
  };
  const query = parseSearch(search, rules);
  return (doc) => {
    const texts = textsOf(doc, index);
    const folded = texts.map(({ text }) => fold(text, rules));
    const holds = (phrase: string): boolean => folded.some((text) => text.includes(phrase));
    if (!query.phrases.every(holds) || query.notPhrases.some(holds)) return 0;
    const scores = scoresOf(texts, rulesFor(doc, index, rules));
    if (query.notTerms.some((term) => scores.has(term))) return 0;
    return query.terms.reduce((sum, term) => sum + (scores.get(term) ?? 0), 0);
  };
}

function flag(operand: Doc, name: string): boolean {
  const value = operand[name];
  if (value !== undefined && typeof value !== 'boolean') throw typeMismatch(`${name} requires a boolean value`);
  return value === true;
}

/** A document may name its own language; one whose stems are not known here is taken word by word. */
function rulesFor(doc: Doc, index: TextIndex, rules: TokenRules): TokenRules {
  const own = doc[index.languageField];
  if (typeof own !== 'string') return rules;
  return { ...rules, language: own === 'english' || own === 'en' ? 'english' : 'none' };
}

interface ParsedSearch {
  readonly terms: readonly string[];
  readonly notTerms: readonly string[];
  readonly phrases: readonly string[];
  readonly notPhrases: readonly string[];
}

/** Words, "phrases in quotes", and either with a minus before it. A phrase's words are searched as words too. */
function parseSearch(search: string, rules: TokenRules): ParsedSearch {
  const terms = new Set<string>();
  const notTerms = new Set<string>();
  const phrases: string[] = [];
  const notPhrases: string[] = [];
  for (const [, minus, phrase, word] of search.matchAll(/(?:(?<=^|\s)(-))?(?:"([^"]*)"?|([^\s"]+))/gu)) {
    if (phrase !== undefined) (minus ? notPhrases : phrases).push(fold(phrase, rules));
    const text = phrase ?? word ?? '';
    if (minus && phrase !== undefined) continue;
    for (const term of termsOf(text, rules)) (minus ? notTerms : terms).add(term);
  }
  return { terms: [...terms], notTerms: [...notTerms], phrases, notPhrases };
}

/**
 * Per term of a document: each occurrence counts half of the one before it, a term that makes up more of its text
 * counts more, and one that is all of it a tenth more; times the field's weight.
 */
function scoresOf(
  texts: readonly { readonly text: string; readonly weight: number }[],
  rules: TokenRules,
): Map<string, number> {
  const scores = new Map<string, number>();
  for (const { text, weight } of texts) {
    const all = termsOf(text, rules);
    const counts = new Map<string, number>();
    for (const term of all) counts.set(term, (counts.get(term) ?? 0) + 1);
    for (const [term, count] of counts) {
      const frequency = 2 - 2 ** (1 - count);
      const share = (0.5 * count) / all.length + 0.5;
      const isWhole = text.length === term.length && text.toLowerCase() === term.toLowerCase();
      scores.set(term, (scores.get(term) ?? 0) + weight * frequency * share * (isWhole ? 1.1 : 1));
    }
  }
  return scores;
}

/** Throws 27 for `$text` on a collection that has no text index. */
export function requireTextIndex(index: TextIndex | undefined): TextIndex {
  if (!index) throw location(27, 'text index required for $text query');
  return index;
}
