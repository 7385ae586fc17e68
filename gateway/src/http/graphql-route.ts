import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyError, HEADERS, type Logger, type Metrics } from '@swiftcart/service';
import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Caller } from '../auth/caller.ts';
import { OperationKindError, type Pipeline } from '../pipeline.ts';
import { OperationRefusedError } from '../planning/parsed-operation.ts';
import { clientAddress } from './client-address.ts';
import { formatErrors } from './format-errors.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { type AnswerMediaType, answerMediaType } from './media-type.ts';
import {
  BadRequestError,
  badRequestToError,
  type GraphqlParameters,
  readGetParameters,
  readPostParameters,
} from './request-parameters.ts';
import { statusOf } from './status.ts';

export interface GraphqlRouteOptions {
  readonly pipeline: Pipeline;
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  readonly forwardHeaders: readonly string[];
  readonly trustedProxies: number;
  readonly maxBodyBytes: number;
  /** Longest a whole request may take. */
  readonly requestDeadlineMs: number;
  /** Shown to browsers that open the path; absent in production. */
  readonly landingPage?: string | undefined;
}

/** `/graphql` over HTTP: read, authenticate, admit, execute, answer. */
export function createGraphqlRoute(options: GraphqlRouteOptions) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    if (options.landingPage !== undefined && wantsPage(req)) {
      res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(options.landingPage);
      return;
    }
    const mediaType = answerMediaType(req.headers.accept);
    if (mediaType === undefined) {
      res.writeHead(406).end();
      return;
    }
    const answer = await answerRequest(options, req, res, mediaType);
    send(res, mediaType, answer);
  };
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

async function answerRequest(
  options: GraphqlRouteOptions,
  req: IncomingMessage,
  res: ServerResponse,
  mediaType: AnswerMediaType,
): Promise<Answer> {
  const correlationId = String(req.headers[HEADERS.correlationId]);
  const startedAt = performance.now();
  const report = (errors: readonly unknown[]) => {
    const formatted = formatErrors(errors, correlationId, options.logger);
    for (const { extensions } of formatted) options.metrics?.errorsByCode.inc({ code: String(extensions?.['code']) });
    return formatted;
  };
  try {
    const isGet = req.method === 'GET' || req.method === 'HEAD';
    const caller = await options.authenticate(req.headers.authorization);
    const parameters = isGet ? readGetParameters(req) : await readPostParameters(req, options.maxBodyBytes);
    const { data, errors, kind } = await run(options, req, res, { parameters, caller, correlationId, isGet });
    const seconds = (performance.now() - startedAt) / 1_000;
    const operation = options.metrics?.operationLabel(parameters.operationName) ?? '';
    options.metrics?.operationSeconds.observe({ operation, kind }, seconds);
    return { status: 200, body: errors.length === 0 ? { data } : { errors: report(errors), data } };
  } catch (error) {
    const errors = errorsOf(error);
    if (error instanceof OperationKindError) res.setHeader('allow', 'POST');
    return { status: statusOf(error, errors, mediaType), body: { errors: report(errors) } };
  }
}

interface RunInput {
  readonly parameters: GraphqlParameters;
  readonly caller: Caller;
  readonly correlationId: string;
  readonly isGet: boolean;
}

async function run(
  { pipeline, forwardHeaders, trustedProxies, requestDeadlineMs }: GraphqlRouteOptions,
  req: IncomingMessage,
  res: ServerResponse,
  { parameters, caller, correlationId, isGet }: RunInput,
) {
  const address = clientAddress(req, trustedProxies);
  const allowed = isGet ? [OperationTypeNode.QUERY] : [OperationTypeNode.QUERY, OperationTypeNode.MUTATION];
  const admitted = await pipeline.admit({ parameters, caller, clientAddress: address, allowed });
  const ending = new AbortController();
  const deadline = setTimeout(() => ending.abort(), requestDeadlineMs);
  const onClose = () => ending.abort();
  res.once('close', onClose);
  try {
    const result = await pipeline.execute(admitted, {
      viewer: caller.viewer,
      headers: forwardedHeaders(req.headers, forwardHeaders, address),
      correlationId,
      signal: ending.signal,
    });
    return { ...result, kind: admitted.prepared.operation.operation };
  } finally {
    clearTimeout(deadline);
    res.off('close', onClose);
  }
}

function errorsOf(error: unknown): readonly unknown[] {
  if (error instanceof OperationRefusedError) return error.errors;
  if (error instanceof BadRequestError) return [badRequestToError(error)];
  if (error instanceof BodyError) {
    const code = error.status === 413 ? 'OPERATION_TOO_LARGE' : 'BAD_USER_INPUT';
    return [new GraphQLError(error.message, { extensions: { code } })];
  }
  return [error];
}

function wantsPage(req: IncomingMessage): boolean {
  const accept = req.headers.accept ?? '';
  return req.method === 'GET' && accept.includes('text/html') && !(req.url ?? '').includes('query=');
}

function send(res: ServerResponse, mediaType: AnswerMediaType, { status, body }: Answer): void {
  if (res.destroyed) return;
  const text = JSON.stringify(body);
  res.writeHead(status, {
    'content-type': `${mediaType}; charset=utf-8`,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  res.end(text);
}
