import { badUserInput, decodeCursor, encodeCursor } from '@swiftcart/graphql';

/** Where a list ordered by creation time and id goes on. */
export interface TimeCursor {
  createdAt: Date;
  id: string;
}

export function writeTimeCursor({ createdAt, _id }: { createdAt: Date; _id: string }): string {
  return encodeCursor([createdAt.getTime(), _id]);
}

/** Throws BAD_USER_INPUT for anything that no such list gave out. */
export function readTimeCursor(cursor: string): TimeCursor {
  const [time, id] = decodeCursor(cursor, 2);
  const createdAt = new Date(typeof time === 'number' ? time : Number.NaN);
  if (Number.isNaN(createdAt.getTime()) || typeof id !== 'string') {
    throw badUserInput('The cursor is not one that this list gave out.', 'after');
  }
  return { createdAt, id };
}
