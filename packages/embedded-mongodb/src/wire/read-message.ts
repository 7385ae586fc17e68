import { decodeDocument, firstFieldName } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import { type Doc, isDocument } from '../values/bson-type.ts';

export const OP_REPLY = 1;
export const OP_QUERY = 2004;
export const OP_MSG = 2013;

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;

/** One command as it came: `commandName` is its first field, `body` all of it with `$db` and document sequences merged in. */
export interface WireCommand {
  readonly requestId: number;
  readonly opCode: typeof OP_MSG | typeof OP_QUERY;
  readonly database: string;
  readonly commandName: string;
  readonly body: Doc;
  /** False for a write with w: 0: the client reads no answer. */
  readonly expectsReply: boolean;
}

export function requestIdOf(message: Buffer): number {
  return message.readInt32LE(4);
}

/** Parses OP_MSG, and OP_QUERY as clients send their first `hello`. Throws CommandError for everything else. */
export function readMessage(message: Buffer): WireCommand {
  const opCode = message.readInt32LE(12);
  if (opCode === OP_MSG) return readOpMsg(message);
  if (opCode === OP_QUERY) return readOpQuery(message);
  throw new CommandError(17, `unsupported wire operation ${opCode}`);
}

function readOpMsg(message: Buffer): WireCommand {
  const flags = message.readUInt32LE(16);
  const end = message.byteLength - (flags & CHECKSUM_PRESENT ? 4 : 0);
  let bodyBytes: Buffer | undefined;
  const sequences: { name: string; documents: Buffer[] }[] = [];
  for (let offset = 20; offset < end; ) {
    const kind = message[offset];
    const section = sized(message, offset + 1, end);
    if (kind === 0) bodyBytes = section;
    else if (kind === 1) sequences.push(readSequence(section));
    else throw new CommandError(17, `unknown section kind ${kind}`);
    offset += 1 + section.byteLength;
  }
  if (!bodyBytes) throw new CommandError(17, 'OP_MSG without a body section');
  const commandName = firstFieldName(bodyBytes);
  const isInsert = commandName === 'insert';
  // The documents to insert stay bytes: they are stored as they came, so numeric types and field order survive.
  const body = decodeDocument(bodyBytes, isInsert ? { documents: true } : undefined);
  for (const { name, documents } of sequences) {
    if (Object.hasOwn(body, name)) throw new CommandError(17, `duplicate field in body and sequence: ${name}`);
    body[name] = isInsert ? documents : documents.map((bytes) => decodeDocument(bytes));
  }
  const database = body['$db'];
  if (typeof database !== 'string') throw new CommandError(40571, 'OP_MSG requests require a $db argument');
  const expectsReply = (flags & MORE_TO_COME) === 0;
  return { requestId: requestIdOf(message), opCode: OP_MSG, database, commandName, body, expectsReply };
}

function readSequence(section: Buffer): { name: string; documents: Buffer[] } {
  const nameEnd = section.indexOf(0, 4);
  const documents: Buffer[] = [];
  for (let offset = nameEnd + 1; offset < section.byteLength; ) {
    const document = sized(section, offset, section.byteLength);
    documents.push(document);
    offset += document.byteLength;
  }
  return { name: section.toString('utf8', 4, nameEnd), documents };
}

function sized(bytes: Buffer, offset: number, end: number): Buffer {
  const length = offset + 4 <= end ? bytes.readInt32LE(offset) : 0;
  if (length < 5 || offset + length > end) throw new CommandError(17, 'a section reaches beyond its message');
  return bytes.subarray(offset, offset + length);
}

function readOpQuery(message: Buffer): WireCommand {
  const nameEnd = message.indexOf(0, 20);
  const [database = '', collection = ''] = message.toString('utf8', 20, nameEnd).split(/\.(.*)/s);
  if (collection !== '$cmd') throw new CommandError(352, 'Unsupported OP_QUERY command: only commands are accepted');
  const query = decodeDocument(sized(message, nameEnd + 9, message.byteLength));
  const wrapped = query['$query'] ?? query['query'];
  const body = isDocument(wrapped) && Object.keys(query)[0]?.endsWith('query') ? wrapped : query;
  const commandName = Object.keys(body)[0] ?? '';
  return { requestId: requestIdOf(message), opCode: OP_QUERY, database, commandName, body, expectsReply: true };
}
