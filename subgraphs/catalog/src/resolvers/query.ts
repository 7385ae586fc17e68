import {
  badUserInput,
  connection,
  decodeCursor,
  encodeCursor,
  type PageArguments,
  pageArgs,
  requireRole,
  requireService,
} from '@swiftcart/graphql';
import type { CatalogContext } from '../context.ts';
import { listLowStock, listProducts, type ProductListArguments, suggestNames } from '../product-list.ts';
import { productSnapshot } from './stock.ts';

const maxSnapshots = 200;

/** Query's fields. */
export const queryResolvers = {
  product: (_: unknown, { id }: { id: string }, { loaders }: CatalogContext) => loaders.product.load(id),
  productBySlug: (_: unknown, { slug }: { slug: string }, { app }: CatalogContext) =>
    app.store.products.findBySlug(slug),
  products: (_: unknown, args: ProductListArguments, context: CatalogContext) => {
    if (args.filter?.includeInactive) requireRole(context.viewer, 'OPERATOR');
    return listProducts(context, args);
  },
  searchSuggestions: (
    _: unknown,
    { prefix, first }: { prefix: string; first?: number | null },
    context: CatalogContext,
  ) => suggestNames(context, prefix, first ?? 8),
  categories: async (_: unknown, _args: unknown, { loaders }: CatalogContext) =>
    (await loaders.tree()).childrenOf(null),
  category: (_: unknown, { id }: { id: string }, { loaders }: CatalogContext) => loaders.category.load(id),
  lowStockProducts: (_: unknown, page: PageArguments, context: CatalogContext) => {
    requireRole(context.viewer, 'OPERATOR');
    return listLowStock(context, page);
  },
  stockMovements: (_: unknown, args: { productId: string } & PageArguments, context: CatalogContext) => {
    requireRole(context.viewer, 'OPERATOR');
    return listMovements(context, args);
  },
  productSnapshots: (_: unknown, { ids }: { ids: string[] }, context: CatalogContext) => {
    requireService(context.viewer, 'orders');
    return loadSnapshots(context, ids);
  },
};

/** The ledger of one product; lines still embedded in it are moved first, so that none is missing. */
async function listMovements({ app }: CatalogContext, { productId, ...page }: { productId: string } & PageArguments) {
  const { limit, after } = pageArgs(page, { defaultFirst: 50 });
  const [afterId] = after === undefined ? [] : decodeCursor(after, 1);
  if (typeof afterId === 'number' || afterId === null)
    throw badUserInput('The cursor belongs to another list.', 'after');
  await app.ledger.drain(productId);
  const rows = await app.store.movements.findPage(productId, limit + 1, afterId);
  return connection(rows, limit, ({ _id }) => encodeCursor([_id]), after !== undefined);
}

async function loadSnapshots({ loaders }: CatalogContext, ids: readonly string[]) {
  if (ids.length > maxSnapshots) throw badUserInput(`At most ${maxSnapshots} ids, not ${ids.length}.`, 'ids');
  const [products, tree] = await Promise.all([Promise.all(ids.map((id) => loaders.product.load(id))), loaders.tree()]);
  return products.map((product) => (product === null ? null : productSnapshot(product, tree)));
}
