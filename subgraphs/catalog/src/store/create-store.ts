import type { Connection } from 'mongoose';
import { createCategoryModel } from './category-model.ts';
import { type CategoryStore, createCategoryStore } from './category-store.ts';
import { createClosedOrderModel } from './closed-order-model.ts';
import { type ClosedOrderStore, createClosedOrderStore } from './closed-order-store.ts';
import { createProductModel, type ProductModel } from './product-model.ts';
import { createProductPages, type ProductPages } from './product-pages.ts';
import { createProductStore, type ProductStore } from './product-store.ts';
import { createStockMovementModel } from './stock-movement-model.ts';
import { createStockMovementStore, type StockMovementStore } from './stock-movement-store.ts';
import { createStockStore, type StockStore } from './stock-store.ts';
import { createStockUpkeep, type StockUpkeep } from './stock-upkeep.ts';

/** All that the catalogue keeps, one store per subject. */
export interface CatalogStore {
  products: ProductStore;
  pages: ProductPages;
  stock: StockStore;
  upkeep: StockUpkeep;
  categories: CategoryStore;
  movements: StockMovementStore;
  closedOrders: ClosedOrderStore;
  /** For the outbox relay, which reads the events embedded in products. */
  productModel: ProductModel;
  /** Builds missing indexes; resolves when all are there. */
  createIndexes(): Promise<void>;
}

/** The catalogue's collections on one open connection. */
export function createStore(connection: Connection): CatalogStore {
  const productModel = createProductModel(connection);
  const categoryModel = createCategoryModel(connection);
  const movementModel = createStockMovementModel(connection);
  const closedOrderModel = createClosedOrderModel(connection);
  return {
    products: createProductStore(productModel),
    pages: createProductPages(productModel),
    stock: createStockStore(productModel),
    upkeep: createStockUpkeep(productModel),
    categories: createCategoryStore(categoryModel),
    movements: createStockMovementStore(movementModel),
    closedOrders: createClosedOrderStore(closedOrderModel),
    productModel,
    async createIndexes() {
      const models = [productModel, categoryModel, movementModel, closedOrderModel];
      await Promise.all(models.map((model) => model.createIndexes()));
    },
  };
}
