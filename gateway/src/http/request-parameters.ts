import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { codedError } from '@swiftcart/graphql';
import { readBody } from '@swiftcart/service';

const byteOrderMark = '\ufeff';

/** One GraphQL request, however it was framed. */
export interface GraphqlParameters {
  readonly query: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** A request that is no GraphQL request; `status` is the HTTP answer. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads the parameters of a POST. Throws BadRequestError, or BodyError of the body reader. */
export async function readPostParameters(req: IncomingMessage, maxBodyBytes: number): Promise<GraphqlParameters> {
  requireJson(req.headers['content-type']);
  const bytes = await readBody(req, maxBodyBytes);
  let body: unknown;
  try {
    if (!isUtf8(bytes)) throw new TypeError('not UTF-8');
    const text = bytes.toString('utf8');
    body = JSON.parse(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  } catch {
    throw new BadRequestError(400, 'The body is not valid JSON in UTF-8.');
  }
  if (Array.isArray(body)) throw new BadRequestError(400, 'Batches are not accepted: send one operation a request.');
  return checkParameters(body);
}

/** Reads the parameters of a GET from its query string. Throws BadRequestError. */
export function readGetParameters(req: IncomingMessage): GraphqlParameters {
  const search = new URLSearchParams((req.url ?? '').split('?').slice(1).join('?'));
  const json = (name: string): unknown => {
    const text = search.get(name);
    if (text === null || text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw new BadRequestError(400, `${name} is not valid JSON.`);
    }
  };
  return checkParameters({
    query: search.get('query') ?? undefined,
    operationName: search.get('operationName') || undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  });
}

/** Checks the members of a request against the GraphQL-over-HTTP specification. Throws BadRequestError. */
export function checkParameters(body: unknown): GraphqlParameters {
  if (!isObject(body)) throw new BadRequestError(400, 'The request is not a JSON object.');
  const { query, operationName, variables, extensions } = body;
  if (query !== undefined && query !== null && typeof query !== 'string') throw wrongMember('query', 'a string');
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw wrongMember('operationName', 'a string');
  }
  return {
    query: query || undefined,
    operationName: operationName || undefined,
    variables: objectMember('variables', variables),
    extensions: objectMember('extensions', extensions),
  };
}

function objectMember(name: string, value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw wrongMember(name, 'an object');
  return value;
}

function wrongMember(name: string, expected: string): BadRequestError {
  return new BadRequestError(400, `${name} must be ${expected}.`);
}

/**
 * Only JSON in UTF-8 is read. This is also what keeps other sites' forms out: a browser sends `application/json`
 * across origins only after a preflight, which CORS answers.
 */
function requireJson(contentType: string | undefined): void {
  if (contentType === 'application/json') return;
  const [mediaType, ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (mediaType !== 'application/json') throw new BadRequestError(415, 'Send application/json.');
  for (const parameter of parameters) {
    const [name, value] = parameter.split('=');
    if (name === 'charset' && value?.replaceAll('"', '') !== 'utf-8') throw new BadRequestError(415, 'Send UTF-8.');
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The error a BadRequestError becomes in a GraphQL response. */
export function badRequestToError(error: BadRequestError) {
  return codedError('BAD_USER_INPUT', error.message);
}
