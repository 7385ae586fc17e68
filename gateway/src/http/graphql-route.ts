import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyError, HEADERS, type Logger, type Metrics } from '@swiftcart/service';
import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Caller } from '../auth/caller.ts';
import type { LoadShedding } from '../limits/load-shedding.ts';
import { RateLimitedError, type RateLimitState } from '../limits/rate-limits.ts';
import { OperationKindError, type Pipeline } from '../pipeline.ts';
import { OperationRefusedError } from '../planning/parsed-operation.ts';
import type { EventStreamRoute } from '../subscriptions/event-stream-route.ts';
import { clientAddress } from './client-address.ts';
import { answerCors, type CorsSettings, couldBeCrossSite, securityHeaders } from './cross-site.ts';
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
  readonly cors: CorsSettings;
  readonly shedding: LoadShedding;
  readonly eventStreams: EventStreamRoute;
  readonly isProduction: boolean;
  readonly exposeSubgraphNames: boolean;
  /** Shown to browsers that open the path; absent in production. */
  readonly landingPage?: string | undefined;
}

/** `/graphql` over HTTP: shed, guard against other sites, read, authenticate, admit, execute, answer. */
export function createGraphqlRoute(options: GraphqlRouteOptions) {
  const headersOf = {
    page: securityHeaders('page', options.isProduction),
    data: securityHeaders('data', options.isProduction),
  };
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const isPage = options.landingPage !== undefined && wantsPage(req);
    for (const [name, value] of Object.entries(isPage ? headersOf.page : headersOf.data)) res.setHeader(name, value);
    if (answerCors(options.cors, req, res)) return;
    if (isPage) {
      res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(options.landingPage);
      return;
    }
    if (req.method !== 'GET' && req.method !== 'POST' && req.method !== 'HEAD') {
      res.writeHead(405, { allow: 'GET, POST, OPTIONS' }).end();
      return;
    }
    if (options.eventStreams.accepts(req)) return options.eventStreams.handle(req, res);
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
    const formatted = formatErrors(errors, correlationId, options.logger, options.exposeSubgraphNames);
    for (const { extensions } of formatted) options.metrics?.errorsByCode.inc({ code: String(extensions?.['code']) });
    return formatted;
  };
  let leave: (() => void) | undefined;
  try {
    leave = options.shedding.enter();
    if (couldBeCrossSite(req)) {
      throw new BadRequestError(
        400,
        'Send a GET with the header apollo-require-preflight, so that other sites cannot.',
      );
    }
    const isGet = req.method === 'GET' || req.method === 'HEAD';
    const caller = await options.authenticate(req.headers.authorization);
    const parameters = isGet ? readGetParameters(req) : await readPostParameters(req, options.maxBodyBytes);
    const { data, errors, kind } = await run(options, req, res, { parameters, caller, correlationId, isGet });
    const formatted = report(errors);
    const durationMs = performance.now() - startedAt;
    noteOperation(options, {
      name: parameters.operationName,
      kind,
      durationMs,
      errors: formatted.length,
      correlationId,
    });
    return { status: 200, body: formatted.length === 0 ? { data } : { errors: formatted, data } };
  } catch (error) {
    const errors = errorsOf(error);
    if (error instanceof OperationKindError) res.setHeader('allow', 'POST');
    if (error instanceof RateLimitedError) setRateLimitHeaders(res, error.state);
    // The rest of a body that is too long is not worth reading.
    if (error instanceof BodyError && error.status === 413) res.setHeader('connection', 'close');
    const status = statusOf(error, errors, mediaType);
    if (error instanceof RateLimitedError) res.setHeader('retry-after', error.state.resetSeconds);
    else if (status === 503) res.setHeader('retry-after', 1);
    else if (status === 401) res.setHeader('www-authenticate', 'Bearer');
    return { status, body: { errors: report(errors) } };
  } finally {
    leave?.();
  }
}

interface FinishedOperation {
  readonly name: string | undefined;
  readonly kind: OperationTypeNode;
  readonly durationMs: number;
  readonly errors: number;
  readonly correlationId: string;
}

function noteOperation({ logger, metrics }: GraphqlRouteOptions, finished: FinishedOperation): void {
  const { name, kind, durationMs, errors, correlationId } = finished;
  metrics?.operationSeconds.observe({ operation: metrics.operationLabel(name), kind }, durationMs / 1_000);
  if (!logger.isLevelEnabled('debug')) return;
  const operation = { operation: name ?? null, kind, durationMs: Math.round(durationMs * 10) / 10, errorCount: errors };
  logger.debug({ ...operation, correlationId }, 'operation');
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
  const admitted = await pipeline.admit({ parameters, caller, clientAddress: address, allowed, correlationId });
  if (admitted.rateLimit !== undefined) setRateLimitHeaders(res, admitted.rateLimit);
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

/** As the IETF's draft on RateLimit headers spells them. */
function setRateLimitHeaders(res: ServerResponse, state: RateLimitState): void {
  res.setHeader('ratelimit-policy', `"${state.policy}";q=${state.limit};w=${state.windowSeconds}`);
  res.setHeader('ratelimit', `"${state.policy}";r=${state.remaining};t=${state.resetSeconds}`);
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
