import { type Connection, type Model, Schema } from 'mongoose';
import type { CategoryRecord } from '../domain/category-tree.ts';

export type CategoryModel = Model<CategoryRecord>;

const category = new Schema<CategoryRecord>(
  {
    _id: { type: String, required: true },
    slug: { type: String, required: true },
    name: { type: String, required: true },
    imageUrl: { type: String, default: null },
    parentId: { type: String, default: null },
    position: { type: Number, required: true },
  },
  { collection: 'categories', versionKey: false },
);

category.index({ slug: 1 }, { unique: true });

/** The `categories` collection on one connection. */
export function createCategoryModel(connection: Connection): CategoryModel {
  return connection.model<CategoryRecord>('Category', category);
}
