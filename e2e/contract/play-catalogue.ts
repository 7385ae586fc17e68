import { guest } from './contract-recorder.ts';
import type { Stage } from './stage.ts';

/** Every operation and refusal of the catalogue. Returns a product with ample stock and one with none. */
export async function playCatalogue({ recorder, url, operator }: Stage) {
  const anyone = guest(url);
  const query = (field: string, args = '', viewer = anyone) => recorder.call(viewer, 'query', field, args);
  const change = (field: string, args: string) => recorder.call(operator, 'mutation', field, args);

  const parent = (
    await change('createCategory', '(input: { name: "Contract shelf", imageUrl: "/images/shelf.svg", position: 99 })')
  ).category;
  const child = (await change('createCategory', `(input: { name: "Contract corner", parentId: "${parent.id}" })`))
    .category;
  await change(
    'updateCategory',
    `(id: "${child.id}", input: { name: "Contract nook", parentId: "${parent.id}", position: 1 })`,
  );
  await change('updateCategory', '(id: "cat_unknown", input: { name: "Nothing" })'); // NOT_FOUND
  await change('createCategory', '(input: { name: "" })'); // INVALID
  await query('categories');
  await query('category', `(id: "${parent.id}")`);

  const sku = `CT-${Date.now()}`;
  const text = `name: "Contract cardamom", brand: "Hillside", description: "Green pods", tags: ["spice"], imageUrls: ["/images/pods.svg"]`;
  const pack = `categoryId: "${child.id}", packValue: 50, packUnit: GRAM`;
  const create = (rest: string) => change('createProduct', `(input: { ${text}, ${pack}, ${rest} })`);
  const { product } = await create(
    `sku: "${sku}", slug: "contract-${sku.toLowerCase()}", mrp: 12000, price: 9900, stock: 50, lowStockThreshold: 45, maxPerOrder: 5`,
  );
  await create(`sku: "${sku}", mrp: 12000, price: 9900, stock: 1`); // SKU_TAKEN
  await create(`sku: "${sku}-2", slug: "${product.slug}", mrp: 12000, price: 9900, stock: 1`); // SLUG_TAKEN
  await create(`sku: "${sku}-3", mrp: 100, price: 9900, stock: 1`); // PRICE_ABOVE_MRP
  const soldOut = (await create(`sku: "${sku}-4", mrp: 12000, price: 9900, stock: 0`)).product;
  const archived = (await create(`sku: "${sku}-5", mrp: 12000, price: 9900, stock: 5`)).product;
  const update = (id: string, rest: string) => change('updateProduct', `(id: "${id}", ${rest})`);
  await update(product.id, 'input: { name: "Contract cardamom pods" }, expectedVersion: 999'); // VERSION_CONFLICT
  await update(product.id, 'input: { name: "Contract cardamom pods" }');
  await change('archiveProduct', `(id: "${archived.id}")`);

  const adjust = (rows: string, key: string) =>
    change('adjustStock', `(input: { rows: [${rows}], reason: "Contract count", idempotencyKey: "${sku}-${key}" })`);
  await adjust(`{ productId: "${product.id}", delta: -10 }, { productId: "prd_unknown", delta: 1 }`, 'a');
  await adjust(`{ productId: "${product.id}", delta: -1000 }`, 'b'); // INSUFFICIENT_STOCK
  const row = `{ productId: "${product.id}", delta: 1 }`;
  await adjust(Array.from({ length: 501 }, () => row).join(', '), 'c'); // LIMIT_EXCEEDED

  await query('product', `(id: "${product.id}")`, operator);
  await query('productBySlug', `(slug: "${product.slug}")`);
  await query('products', '(search: "contract", first: 1)');
  await query('products', '(first: 2)');
  await query('searchSuggestions', '(prefix: "car")');
  await query('lowStockProducts', '(first: 5)', operator);
  await query('stockMovements', `(productId: "${product.id}", first: 5)`, operator);
  return { product, soldOut, archived, categoryId: child.id as string };
}
