import { buildOperationContext, executeQueryPlan, type GraphQLDataSource } from '@apollo/gateway';
import { buildSubgraph, createLogger, executeLocally, type LocalSubgraph } from '@swiftcart/service';
import { type GraphQLCompositeType, getNamedType, isAbstractType, isCompositeType, isObjectType, parse } from 'graphql';
import { expect, test } from 'vitest';
import { loadGraph } from '../src/composition/load-graph.ts';
import { createLocalDataSource } from '../src/datasource/local-data-source.ts';
import { executeOperation } from '../src/planning/execute-operation.ts';
import { pickOperation } from '../src/planning/parsed-operation.ts';
import { prepareOperation } from '../src/planning/prepared-operation.ts';
import { compose, type TestSubgraph } from './fixtures/start-supergraph.ts';

type Row = Record<string, unknown>;

/** Lists, interfaces, unions, @requires, @provides and entities in both directions; some references fail. */
const subgraphs: Record<string, TestSubgraph> = {
  shop: {
    typeDefs: `
      type Query { items: [Item!]! first: Item any: [Any] }
      interface Item { id: ID! name: String maker: Maker }
      type Book implements Item @key(fields: "id") { id: ID! name: String maker: Maker @provides(fields: "city") pages: Int }
      type Tool implements Item @key(fields: "id") { id: ID! name: String maker: Maker weight: Int parts: [Tool!] }
      type Maker @key(fields: "id") { id: ID! city: String @external }
      union Any = Book | Tool | Maker`,
    resolvers: {
      Query: {
        items: () => [row('Book', 1), row('Tool', 2), row('Tool', 3)],
        first: () => row('Book', 1),
        any: () => [row('Tool', 2), null, row('Maker', 1), row('Book', 4)],
      },
      Book: { __resolveReference: ({ id }: Row) => row('Book', Number(id)) },
      Tool: {
        __resolveReference: ({ id }: Row) => row('Tool', Number(id)),
        parts: ({ id }: Row) => (id === '2' ? [row('Tool', 3), row('Tool', 5)] : []),
      },
    },
  },
  makers: {
    typeDefs: `type Maker @key(fields: "id") { id: ID! city: String @shareable title: String boss: Maker works: [Book!] } type Book @key(fields: "id", resolvable: false) { id: ID! }`,
    resolvers: {
      Maker: {
        __resolveReference: async ({ id }: Row) => {
          if (id === '3') throw new Error('gone');
          return row('Maker', Number(id));
        },
        boss: ({ id }: Row) => (id === '1' ? null : row('Maker', 1)),
        works: ({ id }: Row) => [{ id: '1' }, { id }],
      },
    },
  },
  freight: {
    typeDefs: `
      type Tool @key(fields: "id") { id: ID! weight: Int @external fee: Int @requires(fields: "weight") route: [Stop!] }
      type Book @key(fields: "id") { id: ID! pages: Int @external fee: Int @requires(fields: "pages") }
      type Stop { city: String at: Int! }`,
    resolvers: {
      Tool: {
        __resolveReference: (reference: Row) => reference,
        fee: ({ weight }: Row) => Number(weight) * 2,
        route: ({ id }: Row) => [{ city: `C${id}`, at: 1 }],
      },
      Book: { __resolveReference: (reference: Row) => reference, fee: ({ pages }: Row) => Number(pages) + 1 },
    },
  },
};

function row(__typename: string, id: number): Row {
  return {
    __typename,
    id: String(id),
    name: `N${id}`,
    pages: id * 10,
    weight: id,
    city: `City ${id}`,
    title: `T${id}`,
    maker: { id: String(id) },
  };
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test('answers as the reference executor does, for 200 random operations', { timeout: 120_000 }, async () => {
  const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 100_000);
  const next = random(seed);
  const graph = await loadGraph(compose(subgraphs, () => 'http://local/graphql'));
  const quiet = createLogger({ name: 'test', level: 'silent' });
  const local = Object.entries(subgraphs).map(([name, { typeDefs, resolvers = {} }]): LocalSubgraph => {
    const link =
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@provides", "@external", "@shareable"])';
    return {
      name,
      schema: buildSubgraph({ typeDefs: `${link}\n${typeDefs}`, resolvers }),
      createContext: async () => ({}),
      logger: quiet,
    };
  });
  const deadlines = { deadlineMs: 5_000, mutationDeadlineMs: 5_000 };
  const sources = new Map(
    local.map((subgraph) => [subgraph.name, createLocalDataSource(subgraph, () => ({}), deadlines)]),
  );
  const serviceMap = Object.fromEntries(
    local.map((subgraph): [string, GraphQLDataSource] => [
      subgraph.name,
      {
        async process({ request }) {
          const document = parse(request.query ?? '');
          const result = await executeLocally(subgraph, {
            document,
            variables: request.variables,
            request: { headers: {} },
          });
          return structuredClone(result) as Awaited<ReturnType<GraphQLDataSource['process']>>;
        },
      },
    ]),
  );

  const select = (type: GraphQLCompositeType, depth: number): string => {
    const selections: string[] = [];
    if (next() < 0.3) selections.push('__typename');
    for (const field of 'getFields' in type ? Object.values(type.getFields()) : []) {
      const named = getNamedType(field.type);
      if (next() < 0.5 || (isCompositeType(named) && depth === 0)) continue;
      // One alias for one type's field everywhere, so that no two selections can be in each other's way.
      const alias = next() < 0.3 ? `${field.name}_${type.name}: ` : '';
      const condition =
        next() < 0.15 ? ` @${next() < 0.5 ? 'include' : 'skip'}(if: $${next() < 0.5 ? 'yes' : 'no'})` : '';
      selections.push(
        `${alias}${field.name}${condition}${isCompositeType(named) ? ` ${select(named, depth - 1)}` : ''}`,
      );
    }
    if (isAbstractType(type)) {
      for (const possible of graph.schema.getPossibleTypes(type)) {
        if (next() < 0.6) selections.push(`... on ${possible.name} ${select(possible, depth)}`);
      }
    }
    return `{ ${selections.length === 0 ? '__typename' : selections.join(' ')} }`;
  };

  const root = graph.schema.getQueryType();
  if (!isObjectType(root)) throw new Error('no query type');
  const variables = { yes: true, no: false };
  for (let index = 0; index < 200; index += 1) {
    const text = `query ($yes: Boolean!, $no: Boolean!) ${select(root, 3)}`;
    const used = (name: string) => text.includes(`(if: $${name})`);
    const definitions = [used('yes') ? '$yes: Boolean!' : '', used('no') ? '$no: Boolean!' : '']
      .filter(Boolean)
      .join(', ');
    const query = text.replace('($yes: Boolean!, $no: Boolean!)', definitions === '' ? '' : `(${definitions})`);
    const prepared = prepareOperation(graph, pickOperation(parse(query), undefined));
    const denials = new Map();
    const call = {
      viewer: { kind: 'anonymous' } as const,
      headers: {},
      correlationId: 'c',
      signal: new AbortController().signal,
    };
    const ours = await executeOperation(prepared, { sources, call, variables, denials });
    const reference = await executeQueryPlan(
      prepared.planFor(variables, denials).plan,
      serviceMap,
      { request: { query, variables }, metrics: {}, logger: quiet } as unknown as Parameters<
        typeof executeQueryPlan
      >[2],
      buildOperationContext({ schema: graph.schema, operationDocument: prepared.document }),
      graph.supergraphSchema,
      graph.plannerSchema,
    );
    const about = `seed ${seed}, operation ${index}: ${query}`;
    expect(JSON.stringify(ours.data), about).toBe(JSON.stringify(reference.data));
    expect(ours.errors.length > 0, about).toBe((reference.errors?.length ?? 0) > 0);
  }
  console.info(`seed ${seed}`);
});
