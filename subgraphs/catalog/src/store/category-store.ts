import { type CategoryRecord, type CategoryTree, createCategoryTree } from '../domain/category-tree.ts';
import type { CategoryModel } from './category-model.ts';
import { insertMissing, insertNew, takenIndexOf } from './insert-records.ts';

/** Reading and writing categories. */
export interface CategoryStore {
  /** All categories in one call. */
  loadTree(): Promise<CategoryTree>;
  /** False when the slug is taken. */
  insert(category: CategoryRecord): Promise<boolean>;
  /** Sets the given values if the parent is still `expectedParentId`; tells what became of it. */
  update(
    id: string,
    expectedParentId: string | null,
    change: Partial<Omit<CategoryRecord, '_id'>>,
  ): Promise<CategoryRecord | 'SLUG_TAKEN' | null>;
  isEmpty(): Promise<boolean>;
  /** Adds what is not there yet. */
  insertMissing(categories: readonly CategoryRecord[]): Promise<void>;
}

export function createCategoryStore(model: CategoryModel): CategoryStore {
  return {
    async loadTree() {
      return createCategoryTree(await model.find().lean<CategoryRecord[]>());
    },
    insert: (category) => insertNew(model, category),
    async update(id, expectedParentId, change) {
      try {
        return await model
          .findOneAndUpdate({ _id: id, parentId: expectedParentId }, { $set: change }, { returnDocument: 'after' })
          .lean<CategoryRecord>();
      } catch (error) {
        if (takenIndexOf(error) === undefined) throw error;
        return 'SLUG_TAKEN';
      }
    },
    async isEmpty() {
      return (await model.exists({})) === null;
    },
    insertMissing: (categories) => insertMissing(model, categories),
  };
}
