import { codedError } from '@swiftcart/graphql';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { startSupergraph, type TestSubgraph } from '../fixtures/start-supergraph.ts';
import { createRandom, randomSelection } from './random-selection.ts';

const rounds = Number(process.env['EQUIVALENCE_TEST_ROUNDS'] ?? 1_000);
const seed = Number(process.env['EQUIVALENCE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** What the selections are made of, as clients see it. */
const clientSchema = buildSchema(`
  type Query { none: Int }
  type Change { sequence: Int! part: Part note: String crash: String thing: Thing things(first: Int): [Thing!]! }
  interface Thing { id: ID! name: String owner: Owner }
  type Part implements Thing { id: ID! name: String owner: Owner size: Int weight(factor: Int): Int freight: Int bill: Int refused: String parts(first: Int): [Part] }
  type Tool implements Thing { id: ID! name: String owner: Owner teeth: Int secret: String broken: Int }
  type Owner { id: ID! name: String! strict: String favourite: Thing tools: [Tool!] }
`);

/** Random operations are large; how large is not the subject here. */
const roomy = { maxAliases: 1_000, maxTokens: 20_000, maxDepth: 50, maxDirectives: 1_000, maxCost: 10_000_000 };

const isTool = (id: string) => id.startsWith('t');
const thing = (id: string) => ({ __typename: isTool(id) ? 'Tool' : 'Part', id });
const numberOf = (id: string) => Number(id.slice(1));
const change = (sequence: number) => ({
  sequence,
  part: thing(`p${sequence}`),
  note: sequence % 2 === 0 ? null : `note ${sequence}`,
  thing: thing(`${sequence % 3 === 0 ? 't' : 'p'}${sequence}`),
  things: ({ first }: { first?: number }) => ['p1', 't2', 'p3', 't1'].slice(0, first ?? 4).map(thing),
  crash: () => {
    throw new Error('secret path');
  },
});

function subgraphs(): Record<string, TestSubgraph> {
  const resolveThing = { __resolveType: ({ id }: { id: string }) => (isTool(id) ? 'Tool' : 'Part') };
  const reference = { __resolveReference: (representation: object) => representation };
  return {
    changes: {
      typeDefs: `
        type Query { change(sequence: Int!): Change! }
        type Subscription { changed(sequence: Int!, afterSequence: Int): Change! }
        type Change { sequence: Int! part: Part note: String crash: String thing: Thing things(first: Int): [Thing!]! }
        interface Thing { id: ID! }
        type Part implements Thing @key(fields: "id") { id: ID! size: Int parts(first: Int): [Part] }
        type Tool implements Thing @key(fields: "id") { id: ID! teeth: Int }`,
      resolvers: {
        Query: { change: (_: unknown, { sequence }: { sequence: number }) => change(sequence) },
        Subscription: {
          changed: {
            async *subscribe(_: unknown, { sequence }: { sequence: number }) {
              yield { changed: change(sequence) };
            },
          },
        },
        Thing: resolveThing,
        Part: {
          ...reference,
          size: ({ id }: { id: string }) => numberOf(id) * 10,
          parts: ({ id }: { id: string }, { first }: { first?: number }) =>
            [thing(`p${numberOf(id) + 1}`), null, thing('p9')].slice(0, first ?? 3),
        },
        Tool: { ...reference, teeth: ({ id }: { id: string }) => numberOf(id) },
      },
    },
    names: {
      typeDefs: `
        interface Thing { id: ID! name: String owner: Owner }
        type Part implements Thing @key(fields: "id") { id: ID! name: String owner: Owner weight(factor: Int = 1): Int refused: String }
        type Tool implements Thing @key(fields: "id") { id: ID! name: String owner: Owner secret: String @authenticated broken: Int }
        type Owner @key(fields: "id") { id: ID! favourite: Thing tools: [Tool!] }`,
      resolvers: {
        Thing: resolveThing,
        Part: {
          ...reference,
          name: ({ id }: { id: string }) => `Part ${id}`,
          owner: ({ id }: { id: string }) => ({ id: `o${numberOf(id) % 3}` }),
          weight: ({ id }: { id: string }, { factor }: { factor: number }) => numberOf(id) * factor,
          refused: () => {
            throw codedError('FORBIDDEN', 'You may not see this.');
          },
        },
        Tool: {
          ...reference,
          name: ({ id }: { id: string }) => (id === 't1' ? null : `Tool ${id}`),
          owner: () => null,
          secret: () => 'shh',
          broken: () => 'no number',
        },
        Owner: { ...reference, favourite: () => thing('t2'), tools: () => [thing('t1'), thing('t2')] },
      },
    },
    prices: {
      typeDefs: `
        type Part @key(fields: "id") { id: ID! size: Int @external weight(factor: Int = 1): Int @external
          freight: Int @requires(fields: "size") bill: Int @requires(fields: "weight(factor: 2)") }
        type Owner @key(fields: "id") { id: ID! name: String! strict: String }`,
      resolvers: {
        Part: {
          ...reference,
          freight: ({ size }: { size: number | null }) => (size === null ? null : size + 1),
          bill: ({ weight }: { weight: number | null }) => (weight === null ? null : weight * 100),
        },
        Owner: {
          ...reference,
          // Required, and missing for one owner: the null moves up.
          name: ({ id }: { id: string }) => (id === 'o0' ? null : `Owner ${id}`),
          strict: () => {
            throw new Error('no');
          },
        },
      },
    },
  };
}

interface AnyError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Errors without what differs from call to call, in one order. */
function comparable(errors: readonly AnyError[] | undefined): string[] {
  return (errors ?? [])
    .map(({ message, path, extensions }) => JSON.stringify([path ?? null, extensions?.['code'], message]))
    .sort();
}

test(`${rounds} random subscriptions give for each event what the equivalent query gives (seed ${seed})`, {
  timeout: 180_000,
}, async () => {
  process.stdout.write(`equivalence: seed ${seed}\n`);
  await using graph = await startSupergraph(subgraphs(), {
    inProcess: true,
    rateLimits: { isOn: false },
    limits: roomy,
  });
  const random = createRandom(seed);
  const headers = graph.bearer(['CUSTOMER']);
  const viewers = [
    { socket: graph.socket(), headers: {} },
    { socket: graph.socket(headers), headers },
  ];
  let withErrors = 0;
  let withData = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { selection, fragments, definitions, variables } = randomSelection(clientSchema, 'Change', random);
    const given = { ...variables, sequence: 1 + Math.floor(random() * 6) };
    const declared = ['$sequence: Int!', ...definitions].join(', ');
    const viewer = viewers[round % 2];
    if (viewer === undefined) throw new Error('unreachable');
    const ask = `query (${declared}) { root: change(sequence: $sequence) ${selection} } ${fragments}`;
    const listen = `subscription (${declared}) { root: changed(sequence: $sequence) ${selection} } ${fragments}`;
    const stream = viewer.socket.subscribe(listen, given);
    const [answer, event] = await Promise.all([
      graph.client.request(ask, given, { headers: viewer.headers }),
      stream.next().catch((error: unknown) => ({ data: `failed: ${error}`, errors: undefined })),
    ]);
    const hint = `seed ${seed}, round ${round}\n${listen}\n${JSON.stringify(given)}`;
    expect(event.data, hint).toEqual(answer.data);
    expect(comparable(event.errors), hint).toEqual(comparable(answer.errors as readonly AnyError[] | undefined));
    if (answer.errors !== undefined) withErrors += 1;
    if (answer.data !== null) withData += 1;
  }
  process.stdout.write(`equivalence: ${rounds} selections agree, ${withErrors} of them with errors\n`);
  // A generator that makes nothing but refusals would prove nothing.
  expect(withErrors).toBeGreaterThan(rounds / 20);
  expect(withData).toBeGreaterThan(rounds / 2);
});
