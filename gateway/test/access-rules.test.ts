import { describe, expect, test } from 'vitest';
import { startSupergraph, type TestSubgraph } from './fixtures/start-supergraph.ts';

function vault(): Record<string, TestSubgraph> {
  const box = { id: 'x', label: 'Box', secret: 's', weight: 3 };
  return {
    vault: {
      typeDefs: `
        type Query {
          open: String
          boxes: [Box!]!
          thing: Thing
          any: Any
          member: String @authenticated
          either: String @requiresScopes(scopes: [["customer", "rider"], ["operator"]])
          classified: Classified
          partner: String @policy(policies: [["partner", "paid"], ["staff"]])
          strict: Box! @requiresScopes(scopes: [["admin"]])
          filtered(where: String): String @authenticated
        }
        type Mutation { put: Box take: Box @authenticated }
        type Subscription { moved: Box tracked: Box @authenticated }
        interface Thing { id: ID! label: String }
        union Any = Box | Classified
        type Box implements Thing @key(fields: "id") { id: ID! label: String secret: String @authenticated owner: Owner }
        type Classified implements Thing @requiresScopes(scopes: [["operator"]]) { id: ID! label: String code: String }
        type Owner @authenticated { name: String }`,
      resolvers: {
        Query: {
          open: () => 'o',
          boxes: () => [box, { ...box, id: 'y' }],
          thing: () => ({ __typename: 'Box', ...box }),
          any: () => ({ __typename: 'Box', ...box }),
          member: () => 'm',
          either: () => 'e',
          classified: () => ({ id: 'c', label: 'C', code: '007' }),
          partner: () => 'p',
          strict: () => box,
          filtered: (_: unknown, { where }: { where?: string }) => where,
        },
        Mutation: { put: () => box, take: () => box },
        Subscription: {
          moved: {
            async *subscribe() {
              yield { moved: box };
            },
          },
          tracked: {
            async *subscribe() {
              yield { tracked: box };
            },
          },
        },
        Box: { __resolveReference: () => box, owner: () => ({ name: 'O' }) },
      },
    },
    scale: {
      typeDefs: `type Box @key(fields: "id") { id: ID! weight: Int @requiresScopes(scopes: [["operator"]]) }`,
      resolvers: { Box: { __resolveReference: () => box } },
    },
  };
}

const open = async (roles?: Parameters<Awaited<ReturnType<typeof startSupergraph>>['bearer']>[0]) => {
  const graph = await startSupergraph(vault());
  const headers = roles === undefined ? {} : graph.bearer(roles);
  return { graph, ask: (query: string, variables = {}) => graph.client.request(query, variables, { headers }) };
};

const errorsOf = (reply: {
  errors?: readonly { path?: readonly unknown[] | undefined; extensions?: Record<string, unknown> | undefined }[];
}) => (reply.errors ?? []).map(({ path, extensions }) => `${path?.join('.')} ${extensions?.['code']}`);

test.each([
  { roles: ['CUSTOMER'] as const, isAllowed: false },
  { roles: ['CUSTOMER', 'RIDER'] as const, isAllowed: true },
  { roles: ['OPERATOR'] as const, isAllowed: true },
  { roles: ['RIDER'] as const, isAllowed: false },
])('inner lists of scopes mean and, outer ones or: $roles', async ({ roles, isAllowed }) => {
  const { graph, ask } = await open(roles);
  await using _ = graph;
  expect((await ask('{ either }')).data).toEqual({ either: isAllowed ? 'e' : null });
});

describe('a field that the caller may not see', () => {
  test('is null at every place of a list, each with its path', async () => {
    const { graph, ask } = await open();
    await using _ = graph;
    const reply = await ask('{ boxes { label hidden: secret } }');
    expect(reply.data).toEqual({
      boxes: [
        { label: 'Box', hidden: null },
        { label: 'Box', hidden: null },
      ],
    });
    expect(errorsOf(reply)).toEqual(['boxes.0.hidden UNAUTHENTICATED', 'boxes.1.hidden UNAUTHENTICATED']);
  });

  test('is not fetched from its subgraph, nor anything that only it needs', async () => {
    const { graph, ask } = await open(['CUSTOMER']);
    await using _ = graph;
    expect(errorsOf(await ask('{ boxes { id weight } }'))).toEqual([
      'boxes.0.weight FORBIDDEN',
      'boxes.1.weight FORBIDDEN',
    ]);
    expect(graph.received.map(({ subgraph }) => subgraph)).toEqual(['vault']);
  });

  test('nulls its parent where it may not be null itself', async () => {
    const { graph, ask } = await open(['CUSTOMER']);
    await using _ = graph;
    const reply = await ask('{ open strict { id } }');
    expect([reply.data, errorsOf(reply)]).toEqual([null, ['strict FORBIDDEN']]);
  });

  test('takes the variables along that only it used', async () => {
    const { graph, ask } = await open();
    await using _ = graph;
    const reply = await ask('query ($w: String) { open filtered(where: $w) }', { w: 'x' });
    expect(reply.data).toEqual({ open: 'o', filtered: null });
  });

  test('is guarded by the rule of the type it returns', async () => {
    const { graph, ask } = await open();
    await using _ = graph;
    const reply = await ask('{ classified { label } boxes { owner { name } } }');
    expect(reply.data).toEqual({ classified: null, boxes: [{ owner: null }, { owner: null }] });
    expect(errorsOf(reply)[0]).toBe('classified UNAUTHENTICATED');
  });

  test('is found in named fragments, inline fragments and under aliases', async () => {
    const { graph, ask } = await open();
    await using _ = graph;
    const reply = await ask('{ boxes { ...F ... on Box { b: secret } } } fragment F on Box { a: secret label }');
    expect(reply.data).toEqual({
      boxes: [
        { a: null, label: 'Box', b: null },
        { a: null, label: 'Box', b: null },
      ],
    });
  });

  test('through an interface needs the rights of every implementation, unless a fragment names one', async () => {
    const { graph, ask } = await open();
    await using _ = graph;
    expect((await ask('{ thing { label } }')).data).toEqual({ thing: { label: null } });
    expect((await ask('{ thing { ... on Box { label } } }')).data).toEqual({ thing: { label: 'Box' } });
    expect((await ask('{ any { ... on Box { label } ... on Classified { code } } }')).data).toEqual({
      any: { label: 'Box' },
    });
  });

  test('leaves nothing to fetch when it is all there is', async () => {
    const { graph, ask } = await open();
    await using _ = graph;
    expect((await ask('{ member }')).data).toEqual({ member: null });
    expect(graph.received).toHaveLength(0);
  });
});

test('the same operation answers each caller by their own rights, in any order', async () => {
  await using graph = await startSupergraph(vault());
  const ask = (headers: Record<string, string>) => graph.client.request('{ member boxes { weight } }', {}, { headers });
  for (let round = 0; round < 2; round += 1) {
    expect((await ask({})).data).toMatchObject({ member: null, boxes: [{ weight: null }, { weight: null }] });
    expect((await ask(graph.bearer(['CUSTOMER']))).data).toMatchObject({
      member: 'm',
      boxes: [{ weight: null }, { weight: null }],
    });
    expect((await ask(graph.bearer(['OPERATOR']))).data).toMatchObject({
      member: 'm',
      boxes: [{ weight: 3 }, { weight: 3 }],
    });
  }
});

test('refuses the whole query where it is set to', async () => {
  await using graph = await startSupergraph(vault(), { onDeniedQuery: 'refuse' });
  const reply = await graph.client.request('{ open member }');
  expect(reply).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(graph.received).toHaveLength(0);
});

test('a mutation is refused whole for a field deep inside, before anything runs', async () => {
  await using graph = await startSupergraph(vault());
  const reply = await graph.client.request('mutation { put { label secret } }');
  expect(reply).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(graph.received).toHaveLength(0);
});

test('a subscription is refused for its own field and answers null for others', async () => {
  await using graph = await startSupergraph(vault());
  await expect(graph.socket().subscribe('subscription { tracked { id } }').next()).rejects.toThrow();
  const event = await graph.socket().subscribe('subscription { moved { id secret weight } }').next();
  expect(event).toMatchObject({ data: { moved: { id: 'x', secret: null, weight: null } } });
  expect(errorsOf(event as never)).toEqual(['moved.secret UNAUTHENTICATED', 'moved.weight UNAUTHENTICATED']);
});

describe('policies', () => {
  test.each([
    { met: ['partner'], isAllowed: false },
    { met: ['partner', 'paid'], isAllowed: true },
    { met: ['staff'], isAllowed: true },
  ])('are decided by the configured function: $met', async ({ met, isAllowed }) => {
    const asked: string[][] = [];
    await using graph = await startSupergraph(vault(), {
      evaluatePolicies: (policies) => {
        asked.push([...policies]);
        return new Set(met);
      },
    });
    expect((await graph.client.request('{ partner }')).data).toEqual({ partner: isAllowed ? 'p' : null });
    expect(asked).toEqual([['partner', 'paid', 'staff']]);
  });

  test('are met by nobody when no function is configured', async () => {
    const { graph, ask } = await open(['ADMIN']);
    await using _ = graph;
    expect(errorsOf(await ask('{ partner }'))).toEqual(['partner FORBIDDEN']);
  });
});
