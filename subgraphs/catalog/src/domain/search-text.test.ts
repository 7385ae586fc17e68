import { expect, it } from 'vitest';
import { foldText, indexTokens, prefixRange, searchWords } from './search-text.ts';

it.each([
  ['Café CRÈME', 'cafe creme'],
  ['दही', 'दही'],
  ['Ｍilk', 'milk'],
  ['Jalapeño', 'jalapeno'],
])('folds %s to %s, so that capitals and accents never hide a product', (text, folded) => {
  expect(foldText(text)).toBe(folded);
});

it('keeps the vowel signs of Indian scripts, which are letters to a reader', () => {
  expect(indexTokens('दही चावल')).toEqual(['दही', 'चावल']);
});

it('indexes a hyphenated word whole and in parts, because both are typed', () => {
  expect(indexTokens('7-Up (Pack)')).toEqual(['7-up', '7', 'up', '(pack)', 'pack', 'packs']);
});

it.each([
  ['tomato', 'tomatoes'],
  ['strawberry', 'strawberries'],
  ['chai', 'chais'],
  ['radish', 'radishes'],
])('finds a %s by %s, as people type it', (word, plural) => {
  expect(indexTokens(word)).toEqual([word, plural]);
});

it.each([
  ['  Toned   MILK ', ['toned', 'milk']],
  ['milk milk', ['milk']],
  ['salt & sugar', ['salt', '&', 'sugar']],
  ['.*', ['.*']],
  ['(', ['(']],
  ['m.*k', ['m.*k']],
  ['^milk', ['^milk']],
  ['7-up', ['7', 'up']],
  [' \t ', []],
])('reads %j as the words %j: patterns stand for themselves', (text, words) => {
  expect(searchWords(text)).toEqual(words);
});

it('bounds a prefix so that everything beginning with it lies inside and nothing else', () => {
  const { from, below } = prefixRange('mil');
  // As the database compares: by UTF-8 bytes.
  const isBefore = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
  const inside = (token: string) => !isBefore(token, from) && isBefore(token, below);
  expect(['mil', 'milk', 'mil\u{ffff}'].every(inside)).toBe(true);
  expect(['mi', 'mik', 'mim', 'min'].some(inside)).toBe(false);
});
