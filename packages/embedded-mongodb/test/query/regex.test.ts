import { describe, expect, it } from 'vitest';
import { compileRegex } from '../../src/query/regex.ts';
import { errorCode } from '../values/decoded.ts';

// PCRE behaviour that JavaScript's own engine would get wrong: https://www.mongodb.com/docs/manual/reference/operator/query/regex/
const cases: readonly [string, string, string, string, boolean][] = [
  ['$ before a last newline', 'line$', '', 'a line\n', true],
  ['$ at line ends only with m', 'a$', '', 'a\nb', false],
  ['$ at line ends with m', 'a$', 'm', 'a\nb', true],
  ['^ at line starts with m', '^b', 'm', 'a\nb', true],
  ['no line start after a carriage return', '^b', 'm', 'a\rb', false],
  ['. for a carriage return', 'a.b', '', 'a\rb', true],
  ['. not for a newline', 'a.b', '', 'a\nb', false],
  ['. for a newline with s', 'a.b', 's', 'a\nb', true],
  ['whole code points', '^.$', '', '₹', true],
  ['whole code points beyond 16 bits', '^.$', '', '😀', true],
  ['case folding beyond ASCII', 'É', 'i', 'é', true],
  ['inline options at the start', '(?i)ABC', '', 'abc', true],
  ['whitespace dropped by x', 'a b # comment\nc', 'x', 'abc', true],
  ['whitespace kept in a class by x', 'a[ ]b', 'x', 'a b', true],
  ['an escaped space under x', 'a\\ b', 'x', 'a b', true],
  ['\\A and \\z', '\\Aab\\z', '', 'ab', true],
  ['\\Z before a last newline', 'ab\\Z', '', 'ab\n', true],
  ['POSIX classes', '^[[:alpha:]_]+$', '', 'ab_c', true],
  ['Python-style named groups', '(?P<x>a)\\k<x>', '', 'aa', true],
  ['a bracket first in its class', '[]a]b', '', ']b', true],
  ['quantifier characters in a class', '^[a-z0-9*+?]+$', '', 'a+*?', true],
  ['an escaped plus with a quantifier', 'a\\++', '', 'a++', true],
  ['escapes that need none', 'a\\-b\\_c', '', 'a-b_c', true],
  ['lazy quantifiers', 'a+?b', '', 'aab', true],
  ['Unicode properties', '^\\p{Lu}', '', 'Éa', true],
];

describe('compileRegex', () => {
  it.each(cases)('understands %s: /%s/%s', (_name, pattern, options, text, matches) => {
    expect(compileRegex(pattern, options).test(text)).toBe(matches);
  });

  it.each([
    ['atomic groups', '(?>a)b', 51091],
    ['possessive quantifiers', 'a++b', 51091],
    ['possessive counts', 'a{2}+b', 51091],
    ['recursion', '(a(?R)?)', 51091],
    ['conditionals', '(?(1)a|b)', 51091],
    ['quoting', '\\Qa.b\\E', 51091],
    ['inline options in the middle', 'a(?i)b', 51091],
    ['a bad pattern', '[a', 51091],
    ['a lone quantifier', '*a', 51091],
    ['a NUL', 'a\0b', 2],
  ])('refuses %s clearly instead of answering wrongly: /%s/', (_name, pattern, code) => {
    expect(errorCode(() => compileRegex(pattern, ''))).toBe(code);
  });
});
