import { dateTimeScalar } from '@swiftcart/graphql';
import { categoryResolvers } from './resolvers/category.ts';
import { mutationResolvers } from './resolvers/mutation.ts';
import { productResolvers } from './resolvers/product.ts';
import { queryResolvers } from './resolvers/query.ts';
import { stockResolvers } from './resolvers/stock.ts';

/** The schema's fields, one file per part of it. */
export const resolvers = {
  DateTime: dateTimeScalar,
  Query: queryResolvers,
  Mutation: mutationResolvers,
  ...productResolvers,
  ...categoryResolvers,
  ...stockResolvers,
  UserError: { __resolveType: () => 'CatalogError' },
  Node: { __resolveType: typeOfNode },
};

/** Ids carry their type as a prefix. */
function typeOfNode({ _id }: { _id: string }): string {
  if (_id.startsWith('prd_')) return 'Product';
  return _id.startsWith('cat_') ? 'Category' : 'StockMovement';
}
