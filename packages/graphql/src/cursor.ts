import { isCleanText } from './clean-text.ts';
import { badUserInput } from './coded-error.ts';

/** One sort key of a keyset page. */
export type CursorPart = string | number | null;

const maxCursorLength = 1_024;

/** Packs the sort keys of a row into an opaque cursor. */
export function encodeCursor(parts: readonly CursorPart[]): string {
  return Buffer.from(JSON.stringify(parts), 'utf8').toString('base64url');
}

/** The sort keys a cursor was made from. Throws BAD_USER_INPUT for anything that `encodeCursor` cannot have made with that many parts. */
export function decodeCursor(cursor: string, length: number): CursorPart[] {
  const parts =
    cursor.length <= maxCursorLength ? parseJson(Buffer.from(cursor, 'base64url').toString('utf8')) : undefined;
  if (!Array.isArray(parts) || parts.length !== length || !parts.every(isCursorPart)) {
    throw badUserInput('The cursor is not one that this list gave out.', 'after');
  }
  return parts;
}

function isCursorPart(part: unknown): part is CursorPart {
  return (
    part === null ||
    Number.isFinite(part) ||
    (typeof part === 'string' && isCleanText(part, { maxLength: maxCursorLength }))
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
