import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonText } from './json-text.ts';

test('writes what JSON.stringify writes, for any values under GraphQL names', () => {
  const name = fc.stringMatching(/^[_A-Za-z][_0-9A-Za-z]{0,8}$/).filter((text) => text !== '__proto__');
  fc.assert(
    fc.property(fc.dictionary(name, fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue())), (object) => {
      expect(jsonText(object)).toBe(JSON.stringify(object));
    }),
  );
});
