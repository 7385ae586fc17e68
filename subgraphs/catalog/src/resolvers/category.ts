import type { PageArguments } from '@swiftcart/graphql';
import type { CatalogContext } from '../context.ts';
import type { CategoryRecord } from '../domain/category-tree.ts';
import type { ProductSort } from '../domain/product-order.ts';

type Reference = { id: string };

/** Fields of Category. Parent and children come from the one read of all categories. */
export const categoryResolvers = {
  Category: {
    __resolveReference: ({ id }: Reference, { loaders }: CatalogContext) => loaders.category.load(id),
    id: ({ _id }: CategoryRecord) => _id,
    image: ({ imageUrl, name }: CategoryRecord) =>
      imageUrl === null ? null : { url: imageUrl, altText: name, width: null, height: null },
    parent: ({ parentId }: CategoryRecord, _: unknown, { loaders }: CatalogContext) =>
      parentId === null ? null : loaders.category.load(parentId),
    children: async ({ _id }: CategoryRecord, _: unknown, { loaders }: CatalogContext) =>
      (await loaders.tree()).childrenOf(_id),
    products: (
      { _id }: CategoryRecord,
      { sort, ...page }: PageArguments & { sort?: ProductSort | null },
      { loaders }: CatalogContext,
    ) => loaders.categoryProducts.load({ categoryId: _id, sort: sort ?? 'RELEVANCE', ...page }),
  },
};
