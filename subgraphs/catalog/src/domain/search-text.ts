/** Marks that decompose from Latin letters. Only these are dropped: the vowel signs of Indian scripts are marks too, and carry meaning. */
const latinAccents = /[\u0300-\u036f]/g;
const wordParts = /[\p{L}\p{N}\p{M}]+/gu;
/** Characters that mean something in patterns. A shopper who types them means the characters, so they are looked up as they are. */
const patternCharacters = /[*?^$[\]{}|\\+]/;

/** Lower case without accents, so that `Café` and `cafe` are one. */
export function foldText(text: string): string {
  return text.normalize('NFKD').replace(latinAccents, '').toLowerCase().normalize('NFC');
}

/**
 * The words under which a text is found: runs of letters and digits with their English plurals (`tomatoes` finds a tomato),
 * and beside them each word as written where it holds anything else, so that `7-up` is found by `up` and by `7-up`.
 */
export function indexTokens(...texts: readonly (string | null)[]): string[] {
  const tokens = new Set<string>();
  for (const text of texts) {
    for (const word of foldText(text ?? '').split(/\s+/)) {
      if (word === '') continue;
      tokens.add(word);
      for (const part of word.match(wordParts) ?? []) tokens.add(part).add(pluralOf(part));
    }
  }
  return [...tokens];
}

/** What a search asks for: every prefix must begin some token. Empty for blank text. */
export function searchWords(text: string): string[] {
  const words = new Set<string>();
  for (const word of foldText(text).split(/\s+/)) {
    if (word === '') continue;
    const parts = word.match(wordParts) ?? [];
    if (parts.length === 0 || patternCharacters.test(word)) words.add(word);
    else for (const part of parts) words.add(part);
  }
  return [...words];
}

/** The regular English plural; a word that ends in s, is short or is not Latin stays as it is. */
function pluralOf(word: string): string {
  if (!/^[a-z]{3,}$/.test(word) || word.endsWith('s')) return word;
  if (/(?:[oxz]|[cs]h)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** Half-open range of the strings that begin with `prefix`: no text sorts above the last code point. */
export function prefixRange(prefix: string): { from: string; below: string } {
  return { from: prefix, below: `${prefix}\u{10ffff}` };
}
