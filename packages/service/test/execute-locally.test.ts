import { customer, testIdentity } from '@swiftcart/testkit';
import { describe, expect, it } from 'vitest';
import { createDocumentCache, executeLocally, type LocalStream, subscribeLocally } from '../src/index.ts';
import { fixtureSubgraph } from './fixture-subgraph.ts';
import { recordingLogger } from './log-lines.ts';

const identity = testIdentity('fixture');
const headers = identity.headersFor(customer('usr_1'));
const { logger, lines } = recordingLogger();
const { subgraph } = fixtureSubgraph({ trustedKeys: identity.jwks, logger });
const documents = createDocumentCache(subgraph.schema);

function documentOf(query: string) {
  const parsed = documents.read(query);
  if ('errors' in parsed) throw new Error(JSON.stringify(parsed.errors));
  return parsed.document;
}

async function openStream(query: string, signal?: AbortSignal): Promise<LocalStream> {
  const stream = await subscribeLocally(subgraph, { document: documentOf(query), request: { headers, signal } });
  if ('errors' in stream) throw new Error(JSON.stringify(stream.errors));
  return stream;
}

describe('executing within the process', () => {
  it('verifies identity just as over HTTP', async () => {
    const document = documentOf('{ whoami }');
    expect(await executeLocally(subgraph, { document, request: { headers } })).toEqual({ data: { whoami: 'usr_1' } });
    const refused = await executeLocally(subgraph, { document, request: { headers: {} } });
    expect(refused).toEqual({
      errors: [expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED', correlationId: expect.any(String) } })],
    });
  });

  it('masks and logs under the correlation id it was given', async () => {
    const request = { headers: { ...headers, 'x-correlation-id': 'local-1' } };
    const { errors } = await executeLocally(subgraph, { document: documentOf('{ broken }'), request });
    expect(errors).toMatchObject([
      {
        message: 'Something went wrong on our side.',
        extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId: 'local-1' },
      },
    ]);
    expect(lines).toContainEqual(expect.objectContaining({ correlationId: 'local-1', level: 50 }));
  });

  it('calls variables that do not fit the caller’s mistake', async () => {
    const document = documentOf('query ($n: Int!) { twice(number: $n) }');
    const { errors } = await executeLocally(subgraph, { document, variables: { n: 'x' }, request: { headers } });
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });
});

describe('streaming within the process', () => {
  it.each(['return', 'abort'])(
    'frees a consumer that waits on a source which never looks at its signal (%s)',
    async (way) => {
      const abort = new AbortController();
      const stream = await openStream('subscription { deaf }', abort.signal);
      expect(await stream.next()).toEqual({ done: false, value: { data: { deaf: 1 } } });
      const waiting = stream.next();
      if (way === 'return') await stream.return();
      else abort.abort();
      expect(await waiting).toEqual({ done: true, value: undefined });
      expect(await stream.next()).toEqual({ done: true, value: undefined });
    },
  );

  it('throws a masked error when the source fails, and ends', async () => {
    const stream = await openStream('subscription { breaksLater }');
    await stream.next();
    await expect(stream.next()).rejects.toMatchObject({
      message: 'Something went wrong on our side.',
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('answers errors instead of a stream when the subscription is refused', async () => {
    const refused = await subscribeLocally(subgraph, {
      document: documentOf('subscription { refused }'),
      request: { headers },
    });
    expect(refused).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });
});

describe('document cache', () => {
  it('parses a text once, and keeps no text that is refused', () => {
    const cache = createDocumentCache(subgraph.schema, { max: 2 });
    const first = cache.read('{ whoami }');
    expect(cache.read('{ whoami }')).toBe(first);
    expect(cache.read('{ nothing }')).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
    expect(cache.read('{')).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] });
    expect(cache.read('{ whoami }')).toBe(first);
    for (const alias of ['a', 'b', 'c']) cache.read(`{ ${alias}: whoami }`);
    expect(cache.read('{ whoami }')).not.toBe(first);
  });

  it('refuses a text of more tokens than any honest operation has', () => {
    expect(documents.read(`{ ${'whoami '.repeat(50_001)} }`)).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }],
    });
  });
});
