import type { Viewer } from '@swiftcart/identity';
import {
  admin,
  anonymous,
  createGraphqlClient,
  customer,
  operator,
  rider,
  service,
  testIdentity,
} from '@swiftcart/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCatalog, type TestCatalog } from './start-catalog.ts';

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await startCatalog({ isSeeded: false });
});
afterAll(() => catalog[Symbol.asyncDispose]());

type Audience = 'everybody' | 'operators' | 'orders';

/** Every root field, called so that only the caller's role can be wrong with it. */
const operations: Record<string, [Audience, string]> = {
  product: ['everybody', '{ product(id: "x") { id } }'],
  productBySlug: ['everybody', '{ productBySlug(slug: "x") { id } }'],
  products: ['everybody', '{ products { totalCount } }'],
  'products(includeInactive: false)': ['everybody', '{ products(filter: { includeInactive: false }) { totalCount } }'],
  'products(includeInactive: true)': ['operators', '{ products(filter: { includeInactive: true }) { totalCount } }'],
  searchSuggestions: ['everybody', '{ searchSuggestions(prefix: "x") }'],
  categories: ['everybody', '{ categories { id } }'],
  category: ['everybody', '{ category(id: "x") { id } }'],
  _entities: [
    'everybody',
    '{ _entities(representations: [{ __typename: "Product", id: "x" }, { __typename: "Category", id: "x" }]) { __typename } }',
  ],
  _service: ['everybody', '{ _service { sdl } }'],
  lowStockProducts: ['operators', '{ lowStockProducts { totalCount } }'],
  stockMovements: ['operators', '{ stockMovements(productId: "x") { nodes { id } } }'],
  createProduct: [
    'operators',
    'mutation { createProduct(input: { sku: "", name: "", categoryId: "x", packValue: 1, packUnit: GRAM, mrp: 1, price: 1, stock: 1 }) { userErrors { code } } }',
  ],
  updateProduct: ['operators', 'mutation { updateProduct(id: "x", input: {}) { userErrors { code } } }'],
  archiveProduct: ['operators', 'mutation { archiveProduct(id: "x") { userErrors { code } } }'],
  createCategory: ['operators', 'mutation { createCategory(input: { name: "" }) { userErrors { code } } }'],
  updateCategory: ['operators', 'mutation { updateCategory(id: "x", input: { name: "x" }) { userErrors { code } } }'],
  adjustStock: [
    'operators',
    'mutation { adjustStock(input: { rows: [], reason: "x", idempotencyKey: "x" }) { userErrors { code } } }',
  ],
  productSnapshots: ['orders', '{ productSnapshots(ids: ["x"]) { sku } }'],
  reserveStock: [
    'orders',
    'mutation { reserveStock(orderId: "x", lines: [], expiresAt: "2026-01-01T00:00:00Z") { isReserved } }',
  ],
  commitStock: ['orders', 'mutation { commitStock(orderId: "x") { isReserved } }'],
  releaseStock: ['orders', 'mutation { releaseStock(orderId: "x") { isReserved } }'],
  settleStock: ['orders', 'mutation { settleStock(orderId: "x") { isReserved } }'],
};
const callers: Record<string, [Viewer, Audience[]]> = {
  anonymous: [anonymous(), ['everybody']],
  customer: [customer(), ['everybody']],
  rider: [rider(), ['everybody']],
  operator: [operator(), ['everybody', 'operators']],
  admin: [admin(), ['everybody', 'operators']],
  orders: [service('orders'), ['everybody', 'orders']],
  delivery: [service('delivery'), ['everybody']],
};

const cases = Object.entries(operations).flatMap(([field, [audience, query]]) =>
  Object.entries(callers).map(([name, [viewer, audiences]]) => {
    const denied = name === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
    return { field, name, query, viewer, code: audiences.includes(audience) ? undefined : denied };
  }),
);

it.each(cases)('$field answers $name with $code', async ({ query, viewer, code }) => {
  const { errors } = await catalog.ask(viewer, query);
  expect(errors?.[0]?.extensions?.['code']).toBe(code);
});

it('names every root field of the schema in this table, so that a new one cannot be forgotten', () => {
  const { schema } = catalog.service;
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  );
  expect(fields.filter((field) => !(field in operations))).toEqual([]);
});

it('refuses everybody who comes without the gateway: no assertion, a forged one, one for another subgraph', async () => {
  const client = createGraphqlClient(catalog.http.url);
  const forged = testIdentity('catalog').headersFor(operator());
  for (const headers of [{}, { 'x-swiftcart-identity': 'x' }, forged]) {
    const { errors } = await client.request('{ categories { id } }', {}, { headers });
    expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
  }
});

it('describes every type, field, argument, input value and enum value, because the schema is the manual', () => {
  const { schema } = catalog.service;
  const missing: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('_') || type.name.includes('__') || !type.astNode) continue;
    if (!['Query', 'Mutation'].includes(type.name) && !type.description) missing.push(type.name);
    const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
    for (const field of fields) {
      if (field.name.startsWith('_')) continue;
      if (!field.description) missing.push(`${type.name}.${field.name}`);
      for (const argument of 'args' in field ? field.args : []) {
        if (!argument.description) missing.push(`${type.name}.${field.name}(${argument.name})`);
      }
    }
    for (const value of 'getValues' in type ? type.getValues() : []) {
      if (!value.description) missing.push(`${type.name}.${value.name}`);
    }
  }
  expect(missing).toEqual([]);
});
