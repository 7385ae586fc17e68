import type { FetchNode } from '@apollo/query-planner';
import { buildSubgraph, createLogger } from '@swiftcart/service';
import { buildSchema, OperationTypeNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import { loadGraph } from '../src/composition/load-graph.ts';
import { createLocalDataSource } from '../src/datasource/local-data-source.ts';
import { EntityIndex } from '../src/planning/entity-index.ts';
import { executeOperation } from '../src/planning/execute-operation.ts';
import { pickOperation } from '../src/planning/parsed-operation.ts';
import { prepareOperation } from '../src/planning/prepared-operation.ts';
import { compose, type TestSubgraph } from './fixtures/start-supergraph.ts';

const fetchNode = (keyField: string): FetchNode => ({
  kind: 'Fetch',
  serviceName: 'any',
  operation: 'query($representations:[_Any!]!){_entities(representations:$representations){__typename}}',
  operationName: undefined,
  operationKind: OperationTypeNode.QUERY,
  requires: [
    {
      kind: 'InlineFragment',
      typeCondition: 'Book',
      selections: [
        { kind: 'Field', name: '__typename' },
        { kind: 'Field', name: keyField },
      ],
    },
  ],
});

test('finds entities once for parallel fetches of one place and key, and anew once something was merged', () => {
  const schema = buildSchema('type Query { books: [Book] } type Book { id: ID isbn: ID title: String }');
  const books: Record<string, unknown>[] = [
    { __typename: 'Book', id: '1', isbn: 'a' },
    { __typename: 'Book', id: '1', isbn: 'a' },
    { __typename: 'Book', id: '2', isbn: 'a' },
  ];
  const index = new EntityIndex(schema, { books });
  const path = ['books', '@'];
  const byId = index.at(path).groupsFor(fetchNode('id'));
  expect(byId.map(({ text, entities }) => [text, entities.length])).toEqual([
    ['{"__typename":"Book","id":"1"}', 2],
    ['{"__typename":"Book","id":"2"}', 1],
  ]);
  expect(index.at(path).groupsFor(fetchNode('id'))).toBe(byId);
  expect(
    index
      .at(path)
      .groupsFor(fetchNode('isbn'))
      .map(({ entities }) => entities.length),
  ).toEqual([3]);
  expect(index.at(path).groupsFor(fetchNode('title'))).toEqual([]);

  for (const book of books) book['title'] = 'T';
  books.push({ __typename: 'Book', id: '3' });
  index.dataChanged();
  expect(index.at(path).groupsFor(fetchNode('id'))).toHaveLength(3);
  expect(
    index
      .at(path)
      .groupsFor(fetchNode('title'))
      .map(({ entities }) => entities.length),
  ).toEqual([3]);
});

test('groups by value and not by its text, whatever a key is made of', () => {
  const schema = buildSchema('type Query { books: [Book] } type Book { id: ID }');
  const books = [1, '1', null, 'null', 1, null, { a: 1 }, { a: 1 }, [1], [1]].map((id) => ({ __typename: 'Book', id }));
  const groups = new EntityIndex(schema, { books }).at(['books', '@']).groupsFor(fetchNode('id'));
  expect(groups.map(({ representation, entities }) => [representation['id'], entities.length])).toEqual([
    [1, 2],
    ['1', 1],
    [null, 2],
    ['null', 1],
    [{ a: 1 }, 2],
    [[1], 2],
  ]);
});

test('keeps what one resolver does to its reference from the subgraph that is asked beside it', async () => {
  const spoil = (reference: Record<string, unknown>, field: string) => {
    const { id } = reference;
    reference['id'] = 'spoiled';
    return { id, [field]: `${field} of ${id}` };
  };
  const subgraphs: Record<string, TestSubgraph> = {
    shelf: {
      typeDefs: 'type Query { books: [Book!]! } type Book @key(fields: "id") { id: ID! }',
      resolvers: { Query: { books: () => [{ id: '1' }, { id: '2' }] } },
    },
    titles: {
      typeDefs: 'type Book @key(fields: "id") { id: ID! title: String }',
      resolvers: { Book: { __resolveReference: (reference: Record<string, unknown>) => spoil(reference, 'title') } },
    },
    prices: {
      typeDefs: 'type Book @key(fields: "id") { id: ID! price: String }',
      resolvers: { Book: { __resolveReference: (reference: Record<string, unknown>) => spoil(reference, 'price') } },
    },
  };
  const graph = await loadGraph(compose(subgraphs, () => 'http://local/graphql'));
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
  const sources = new Map(
    Object.entries(subgraphs).map(([name, { typeDefs, resolvers = {} }]) => {
      const schema = buildSubgraph({ typeDefs: `${link}\n${typeDefs}`, resolvers });
      const logger = createLogger({ name: 'test', level: 'silent' });
      const subgraph = { name, schema, createContext: async () => ({}), logger };
      return [name, createLocalDataSource(subgraph, () => ({}), { deadlineMs: 5_000, mutationDeadlineMs: 5_000 })];
    }),
  );
  const result = await executeOperation(
    prepareOperation(graph, pickOperation(parse('{ books { id title price } }'), undefined)),
    {
      sources,
      variables: {},
      denials: new Map(),
      call: {
        viewer: { kind: 'anonymous' },
        headers: {},
        correlationId: 'c',
        signal: new AbortController().signal,
      },
    },
  );
  expect(result).toEqual({
    errors: [],
    data: {
      books: [
        { id: '1', title: 'title of 1', price: 'price of 1' },
        { id: '2', title: 'title of 2', price: 'price of 2' },
      ],
    },
  });
});
