import { expect, test } from 'vitest';
import { searchTerms, searchWords } from './search-terms.ts';

test('finds an account by its words, e-mail, domain and phone in either spelling', () => {
  expect(searchTerms({ name: 'José Rao', email: 'jose@shop.example', phone: '+919876543210' })).toEqual([
    'jose',
    'rao',
    'jose@shop.example',
    'shop.example',
    '+919876543210',
    '919876543210',
    '9876543210',
  ]);
});

test('a search is words, however it is typed, and never more than eight', () => {
  expect(searchWords('  JOSÉ\trao ')).toEqual(['jose', 'rao']);
  expect(searchWords('\0 \ud800')).toEqual([]);
  expect(searchWords('a '.repeat(50_000))).toHaveLength(8);
});
