import fc from 'fast-check';

const big = 100_000;

/** What programs that trust their input stumble over: query operators, prototype keys, NUL, halves of characters, patterns, length. */
const hostileTexts: readonly string[] = [
  ...['', ' ', '\t\n\u00a0\u2003', '0', '-1', 'null', 'undefined', 'NaN', 'true', '[]', '{}', '[object Object]'],
  ...['{"$gt":""}', '{"$ne":null}', '{"$where":"sleep(1000)"}', '$gt', '$$ROOT', 'a.b.$[].c', 'user.roles', '..'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__typename'],
  ...[
    '\0',
    'a\0b',
    '\ud800',
    '\udfff',
    'a\udc00b',
    '\ud83d',
    '\ufffe\uffff',
    '\u2028\u2029',
    '\x1b[2J\x07',
    '\r\nSet-Cookie: a=b',
  ],
  ...['\u202egnp.exe', 'שלום مرحبا', 'e\u0301\u0301\u0301', 'İıſK', '👩‍👩‍👧‍👦', 'Z̸͝a̷͗l̶g̵o', '\u200b', 'ﷺ'],
  ...[
    "' OR 1=1 --",
    '"; DROP TABLE users; --',
    '.*',
    '(a+)+$',
    '[',
    '\\',
    '(?<',
    '%',
    '%00',
    '_',
    '*',
    '^$',
    '{{7*7}}',
  ],
  ...[
    '<script>alert(1)</script>',
    '../../etc/passwd',
    'javascript:alert(1)',
    '=1+1',
    '@a',
    'a@b',
    `${'a'.repeat(64)}@${'b'.repeat(250)}.test`,
  ],
  ...['a\r\nBcc: b@c.test', '+', '+00000000000', '9'.repeat(400), '1e309', '٣٤٥', '560001\n', '５６０００１'],
];

const longTexts: readonly string[] = [
  'x'.repeat(big),
  '('.repeat(big),
  'a '.repeat(big / 2),
  '\u0301'.repeat(big / 2),
  '1'.repeat(big),
  '\ud800'.repeat(big / 6),
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 2, arbitrary: fc.constantFrom(...longTexts) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

const extremes = [0, -1, 1, 2, 100, 101, 65_536, 2_147_483_646, 2_147_483_647, -2_147_483_648];

/** By scalar; every value is of the scalar's GraphQL type, except moments that only look like some. */
export const hostileScalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  ID: hostileText,
  String: hostileText,
  Int: fc.oneof(fc.constantFrom(...extremes), fc.integer({ min: -2_147_483_648, max: 2_147_483_647 })),
  Float: fc.oneof(
    fc.constantFrom(0, -0, 5e-324, 1e308, -1e308, 1e21, 90, 90.000001, -180, 180.5, 0.1, 2 ** 53),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
  Boolean: fc.boolean(),
  DateTime: fc.constantFrom(
    ...['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '1970-01-01T00:00:00Z'],
    ...['2026-01-01T00:00:00+23:59', '2016-12-31T23:59:60Z', '2026-02-29T00:00:00Z', '2026-01-01T24:00:00Z'],
    ...['+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z', '2026-01-01', 'yesterday', '', '0', '{"$gt":""}'],
    `2026-01-01T00:00:00.${'9'.repeat(500)}Z`,
  ),
};

/** A list so long that whatever is done for each entry is done too often. */
export const hugeListLength = 1_500;
