import { anonymous, operator } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCatalog, type TestCatalog } from './start-catalog.ts';

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await startCatalog();
});
afterAll(() => catalog[Symbol.asyncDispose]());

interface Card {
  id: string;
  name: string;
  brand: string | null;
  discountPercent: number;
  availability: string;
  tags: string[];
  price: { amount: number };
  category: { name: string };
}
interface Page {
  totalCount: number;
  nodes: Card[];
  edges: { cursor: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
  facets: { name: string; values: { value: string; label: string; count: number }[] }[];
}
const listQuery = /* GraphQL */ `
  query ($search: String, $filter: ProductFilter, $sort: ProductSort, $first: Int, $after: String) {
    products(search: $search, filter: $filter, sort: $sort, first: $first, after: $after) {
      totalCount
      nodes { id name brand discountPercent availability tags price { amount } category { name } }
      edges { cursor }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      facets { name values { value label count } }
    }
  }
`;
const list = async (variables: object) =>
  (await catalog.data<{ products: Page }>(anonymous(), listQuery, variables)).products;
const namesOf = async (search: string) => (await list({ search, first: 100 })).nodes.map(({ name }) => name);

describe('search', () => {
  it.each([
    ['milk toned', 'Toned Milk'],
    ['ton mil', 'Toned Milk'],
    ['TONED Doodhbari', 'Toned Milk'],
    ['cafe', 'Café Style Cold Brew Bags'],
    ['CAFÉ', 'Café Style Cold Brew Bags'],
    ['pyaz', 'Onion (Pyaz)'],
    ['onions', 'Onion (Pyaz)'],
    ['tomatoes', 'Tomato Hybrid (Tamatar)'],
    ['chai katha', 'Masala Chai Blend'],
    ['laundry', 'Detergent Bar'],
    ['mas-004', 'Green Cardamom (Elaichi)'],
    ['household', 'Floor Cleaner Citrus'],
  ])(
    'finds by %s: words in any order, beginnings, capitals, accents, brand, SKU and categories above',
    async (search, name) => {
      expect(await namesOf(search)).toContain(name);
    },
  );

  it.each(['.*', ')', '[a-z]', '^m', 'mil$', 'm.*k', '\\w', 'milk|tea', '$where'])(
    'takes %s as it stands, because nobody shops by regular expression',
    async (search) => {
      expect(await namesOf(search)).toEqual([]);
    },
  );

  it('finds a bracket where one is printed, and nowhere else', async () => {
    const names = await namesOf('(');
    expect(names.length).toBeGreaterThan(20);
    expect(names.every((name) => name.includes('('))).toBe(true);
  });

  it('ranks whole words of the name before beginnings, and those before brand and category', async () => {
    const names = await namesOf('milk');
    const indexOf = (name: string) => names.indexOf(name);
    expect(indexOf('Toned Milk')).toBeLessThan(indexOf('Fresh Cream'));
    expect(await namesOf('choco')).toEqual(expect.arrayContaining(['Choco Chip Cookies', 'Dark Chocolate 70%']));
    const choco = await namesOf('choco');
    expect(choco.indexOf('Choco Shells')).toBeLessThan(choco.indexOf('Milk Chocolate Bar'));
  });

  it('gives an empty page for nonsense and the whole list for blanks, never an error', async () => {
    expect(await list({ search: 'zzzz qqqq' })).toMatchObject({
      totalCount: 0,
      nodes: [],
      pageInfo: { hasNextPage: false, endCursor: null },
    });
    expect((await list({ search: '   ' })).totalCount).toBe(298);
  });

  it.each([['x'.repeat(100_000)], ['a b c d e f g h i j k l m'], ['milk\u0000']])(
    'refuses text that nobody types (%#)',
    async (search) => {
      const { data, errors } = await catalog.ask<{ products: null }>(
        anonymous(),
        '($s: String) { products(search: $s) { totalCount } }'.replace('(', 'query ('),
        { s: search },
      );
      expect(data?.products ?? null).toBeNull();
      expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
    },
  );

  it('pages through all scores of a search without a repeat or a gap', async () => {
    const all = (await list({ search: 'm', first: 100 })).nodes.map(({ id }) => id);
    const paged: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: Page = await list({ search: 'm', first: 7, after });
      paged.push(...page.nodes.map(({ id }) => id));
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(paged.slice(0, 100)).toEqual(all);
    expect(new Set(paged).size).toBe(paged.length);
  });
});

describe('suggestions', () => {
  const suggest = async (prefix: string, first?: number) =>
    (
      await catalog.data<{ searchSuggestions: string[] }>(
        anonymous(),
        'query ($prefix: String!, $first: Int) { searchSuggestions(prefix: $prefix, first: $first) }',
        { prefix, first },
      )
    ).searchSuggestions;

  it('completes names, brands and categories, best first', async () => {
    expect((await suggest('rasoi'))[0]).toBe('Rasoi Rang');
    expect(await suggest('dals')).toContain('Dals & Pulses');
    expect((await suggest('mil'))[0]).toBe('Milk Rusk');
    expect(await suggest('mil', 2)).toHaveLength(2);
    expect(await suggest(' ')).toEqual([]);
    expect(await suggest('.*')).toEqual([]);
  });
});

describe('filters and sorts', () => {
  it('combines every filter', async () => {
    const { nodes, totalCount } = await list({
      search: 'masala',
      filter: {
        brands: ['Rasoi Rang'],
        tags: ['SPICE'],
        minPrice: 3_000,
        maxPrice: 9_000,
        minDiscountPercent: 10,
        inStockOnly: true,
      },
      first: 100,
    });
    expect(nodes.length).toBe(totalCount);
    expect(nodes.length).toBeGreaterThan(3);
    for (const node of nodes) {
      expect(node.brand).toBe('Rasoi Rang');
      expect(node.tags).toContain('spice');
      expect(node.price.amount).toBeGreaterThanOrEqual(3_000);
      expect(node.price.amount).toBeLessThanOrEqual(9_000);
      expect(node.discountPercent).toBeGreaterThanOrEqual(10);
    }
  });

  it('leaves out what is sold out when asked to, and treats an empty list as no condition', async () => {
    const { nodes } = await list({ filter: { inStockOnly: true }, first: 100 });
    expect(nodes.some(({ availability }) => availability === 'OUT_OF_STOCK')).toBe(false);
    expect((await list({ filter: { inStockOnly: true } })).totalCount).toBe(295);
    expect((await list({ filter: { brands: [], tags: [] } })).totalCount).toBe(298);
    expect((await list({ filter: { minPrice: 10, maxPrice: 5 } })).totalCount).toBe(0);
    expect((await list({ filter: { categoryId: 'cat_none' } })).totalCount).toBe(0);
  });

  it.each<[string, (a: Card, b: Card) => boolean]>([
    ['PRICE_ASC', (a, b) => a.price.amount <= b.price.amount],
    ['PRICE_DESC', (a, b) => a.price.amount >= b.price.amount],
    ['DISCOUNT_DESC', (a, b) => a.discountPercent >= b.discountPercent],
    ['NAME_ASC', (a, b) => a.name.toLowerCase() <= b.name.toLowerCase() || a.name.includes('é')],
    ['NEWEST', () => true],
    ['RELEVANCE', (a, b) => a.tags.includes('bestseller') || !b.tags.includes('bestseller')],
  ])('orders by %s over all pages, each product once', async (sort, isInOrder) => {
    const seen: Card[] = [];
    let after: string | null = null;
    do {
      const page: Page = await list({ sort, first: 37, after, filter: { minPrice: 1_500 } });
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      seen.push(...page.nodes);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(new Set(seen.map(({ id }) => id)).size).toBe((await list({ filter: { minPrice: 1_500 } })).totalCount);
    for (const [index, card] of seen.slice(1).entries()) expect(isInOrder(seen[index] ?? card, card)).toBe(true);
  });

  it.each([
    [{ first: 0 }],
    [{ first: 101 }],
    [{ after: 'nonsense' }],
    [{ after: Buffer.from('["PRICE_ASC",0,1,"x"]').toString('base64url') }],
    [{ sort: 'PRICE_ASC', after: Buffer.from('["PRICE_ASC",0,"1","x"]').toString('base64url') }],
    [{ sort: 'NEWEST', after: Buffer.from('["NEWEST",0,1e300,"x"]').toString('base64url') }],
    [{ filter: { brands: Array.from({ length: 51 }, String) } }],
  ])('refuses a page that is not one of the list: %j', async (variables) => {
    const { errors } = await catalog.ask(anonymous(), listQuery, variables);
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  it('takes a page of exactly 100', async () => {
    expect((await list({ first: 100 })).nodes).toHaveLength(100);
  });
});

describe('facets', () => {
  const valuesOf = (page: Page, name: string) => page.facets.find((facet) => facet.name === name)?.values ?? [];

  it('counts each under the other filters but not its own, so that every alternative shows its number', async () => {
    const page = await list({ filter: { brands: ['Rasoi Rang'] } });
    expect(valuesOf(page, 'brand').length).toBeGreaterThan(10);
    expect(valuesOf(page, 'brand').find(({ value }) => value === 'Rasoi Rang')?.count).toBe(page.totalCount);
    expect(valuesOf(page, 'tag').find(({ value }) => value === 'spice')?.count).toBe(19);
    expect(valuesOf(page, 'price').reduce((sum, { count }) => sum + count, 0)).toBe(page.totalCount);
  });

  it('gives numbers that choosing the value really brings', async () => {
    const page = await list({ search: 'milk' });
    const labels = valuesOf(page, 'category').map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['Milk & Cream', 'Dairy, Bread & Eggs']));
    for (const { value, count } of valuesOf(page, 'category')) {
      expect((await list({ search: 'milk', filter: { categoryId: value } })).totalCount).toBe(count);
    }
    for (const { value, count } of valuesOf(page, 'price')) {
      const [min, max] = value.split('-');
      const filter = { minPrice: Number(min), ...(max ? { maxPrice: Number(max) } : {}) };
      expect((await list({ search: 'milk', filter })).totalCount).toBe(count);
    }
    for (const { value, count } of valuesOf(page, 'tag')) {
      expect((await list({ search: 'milk', filter: { tags: [value] } })).totalCount).toBe(count);
    }
  });

  it('counts availability, in its natural order and with words', async () => {
    expect(valuesOf(await list({ filter: { inStockOnly: true } }), 'availability')).toEqual([
      { value: 'IN_STOCK', label: 'In stock', count: 286 },
      { value: 'LOW_STOCK', label: 'Only a few left', count: 9 },
      { value: 'OUT_OF_STOCK', label: 'Sold out', count: 3 },
    ]);
  });
});

describe('products and categories', () => {
  it('shows the tree from the top, with the first products of every shelf', async () => {
    const query =
      '{ categories { id name position parent { id } image { url altText } children { name parent { name } } products(first: 3) { totalCount nodes { id } pageInfo { hasNextPage } } } }';
    const { categories } = await catalog.data<{
      categories: {
        name: string;
        parent: null;
        children: object[];
        products: { totalCount: number; nodes: object[] };
      }[];
    }>(anonymous(), query);
    expect(categories).toHaveLength(16);
    expect(categories[0]).toMatchObject({ name: 'Fruits & Vegetables', position: 0, parent: null });
    expect(categories.every(({ children }) => children.length >= 2)).toBe(true);
    expect(categories.reduce((sum, { products }) => sum + products.totalCount, 0)).toBe(298);
    expect(categories.every(({ products }) => products.nodes.length === 3)).toBe(true);
  });

  it('gives one category the same products alone as among others', async () => {
    const many = await catalog.data<{
      categories: { id: string; products: { nodes: { id: string }[]; edges: { cursor: string }[] } }[];
    }>(anonymous(), '{ categories { id products(first: 4, sort: PRICE_DESC) { nodes { id } edges { cursor } } } }');
    const [, second] = many.categories;
    const one = await catalog.data<{ category: Record<'products' | 'next', { nodes: { id: string }[] }> }>(
      anonymous(),
      'query ($id: ID!, $after: String) { category(id: $id) { products(first: 4, sort: PRICE_DESC) { nodes { id } edges { cursor } } next: products(first: 4, sort: PRICE_DESC, after: $after) { nodes { id } } } }',
      { id: second?.id, after: second?.products.edges[1]?.cursor },
    );
    expect(one.category.products).toEqual(second?.products);
    expect(one.category.next.nodes.slice(0, 2)).toEqual(second?.products.nodes.slice(2));
  });

  it('finds a product by id, by slug and by reference, and answers null for what is not there', async () => {
    const query = /* GraphQL */ `
      query ($id: ID!, $reps: [_Any!]!) {
        product(id: $id) { slug sku name version stock { available } updatedAt }
        productBySlug(slug: "doodhbari-toned-milk-1-l") { id maxPerOrder images { url altText width height } }
        none: productBySlug(slug: "no-such-thing") { id }
        category(id: "cat_none") { id }
        _entities(representations: $reps) { __typename ... on Product { id sku isActive } ... on Category { id slug } }
      }
    `;
    const { nodes } = await list({ search: 'DAI-002' });
    const id = nodes[0]?.id;
    const reps = [
      { __typename: 'Product', id },
      { __typename: 'Category', id: 'cat_none' },
      { __typename: 'Product', id: 'prd_none' },
    ];
    const found = await catalog.data<Record<string, unknown>>(anonymous(), query, { id, reps });
    expect(found).toMatchObject({
      product: { slug: 'doodhbari-toned-milk-1-l', sku: 'DAI-002', name: 'Toned Milk', version: null, stock: null },
      productBySlug: {
        id,
        maxPerOrder: 10,
        images: [{ url: '/images/doodhbari-toned-milk-1-l.svg', altText: 'Toned Milk' }],
      },
      none: null,
      category: null,
      _entities: [{ __typename: 'Product', id, sku: 'DAI-002', isActive: true }, null, null],
    });
    expect(await catalog.data(operator(), query, { id, reps })).toMatchObject({
      product: { version: 1, stock: { available: 180 } },
    });
  });
});
