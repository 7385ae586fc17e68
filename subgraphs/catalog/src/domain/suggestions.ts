import { foldText, indexTokens, searchWords } from './search-text.ts';

/**
 * The names that complete what was typed: all words must begin words of the name. Names that start with the whole text
 * come first, then shorter ones, then by letter; names that differ only in capitals or accents count once.
 */
export function rankSuggestions(prefix: string, candidates: readonly string[], limit: number): string[] {
  const words = searchWords(prefix);
  const start = foldText(prefix.trim());
  const ranked = new Map<string, { text: string; key: string; isStart: boolean }>();
  for (const text of candidates) {
    const key = foldText(text);
    const tokens = indexTokens(text);
    if (ranked.has(key) || !words.every((word) => tokens.some((token) => token.startsWith(word)))) continue;
    ranked.set(key, { text, key, isStart: key.startsWith(start) });
  }
  return [...ranked.values()]
    .sort((a, b) => Number(b.isStart) - Number(a.isStart) || a.key.length - b.key.length || (a.key < b.key ? -1 : 1))
    .slice(0, limit)
    .map(({ text }) => text);
}
