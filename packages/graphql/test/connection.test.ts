import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connection, decodeCursor, encodeCursor, groupByKey, loadByKey, pageArgs } from '../src/index.ts';

const badInput = (field: string) => expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT', field } });

describe('cursors', () => {
  it('gives back what went in, whatever text the sort keys hold', () => {
    const part = fc.oneof(
      fc.constant(null),
      fc.integer(),
      fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        expect(decodeCursor(encodeCursor(parts), parts.length)).toEqual(parts);
      }),
    );
  });

  it.each([
    ['no cursor at all', 'hello'],
    ['JSON that is no list', Buffer.from('{"a":1}').toString('base64url')],
    ['a list of another length', encodeCursor([1])],
    ['an operator smuggled in as an object', Buffer.from('[{"$gt":""},1]').toString('base64url')],
    ['infinite numbers', Buffer.from('[1e999,1]').toString('base64url')],
    ['a text with NUL', encodeCursor(['\0', 1])],
    ['an enormous text', encodeCursor(['x'.repeat(5_000), 1])],
  ])('refuses %s', (_why, cursor) => {
    expect(() => decodeCursor(cursor, 2)).toThrow(badInput('after'));
  });
});

describe('pages', () => {
  it('takes the default for an absent or null first, and keeps the cursor', () => {
    expect(pageArgs({}, { defaultFirst: 20 })).toEqual({ limit: 20 });
    expect(pageArgs({ first: null, after: null }, { defaultFirst: 20 })).toEqual({ limit: 20 });
    expect(pageArgs({ first: 5, after: 'abc' }, { defaultFirst: 20 })).toEqual({ limit: 5, after: 'abc' });
  });

  it.each([1, 100])('accepts %i rows', (first) => {
    expect(pageArgs({ first }, { defaultFirst: 20 }).limit).toBe(first);
  });

  it.each([0, -1, 101, 2 ** 31 - 1])('refuses %i rows instead of cutting the page silently', (first) => {
    expect(() => pageArgs({ first }, { defaultFirst: 20 })).toThrow(badInput('first'));
  });

  it('uses the extra row only to say that more follow', () => {
    const page = connection([1, 2, 3], 2, (row) => `c${row}`, true);
    expect(page.nodes).toEqual([1, 2]);
    expect(page.edges).toEqual([
      { cursor: 'c1', node: 1 },
      { cursor: 'c2', node: 2 },
    ]);
    expect(page.pageInfo).toEqual({ hasNextPage: true, hasPreviousPage: true, startCursor: 'c1', endCursor: 'c2' });
  });

  it('has no cursors when it is empty', () => {
    expect(connection([], 2, String).pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    });
  });
});

describe('loading by key', () => {
  const rows = [
    { id: 'b', of: 1 },
    { id: 'a', of: 2 },
    { id: 'c', of: 1 },
  ];
  it('answers in the order of the keys, null for the missing, the same row for a repeated key', () => {
    expect(loadByKey(['a', 'x', 'b', 'a'], rows, (row) => row.id)).toEqual([rows[1], null, rows[0], rows[1]]);
  });
  it('groups rows under their keys, empty for the missing', () => {
    expect(groupByKey([1, 3, 2], rows, (row) => row.of)).toEqual([[rows[0], rows[2]], [], [rows[1]]]);
  });
});
