import { type DomainEvent, outboxField } from '@swiftcart/events';
import { type Connection, type Model, Schema } from 'mongoose';
import type { ProductRecord } from '../domain/product-record.ts';

/** A product as it is stored, with the events that tell others of its changes. */
export type ProductDocument = ProductRecord & { outbox?: DomainEvent[] };
export type ProductModel = Model<ProductDocument>;

const count = { type: Number, required: true };
const text = { type: String, required: true };
const optionalText = { type: String, default: null };

const hold = new Schema(
  {
    orderId: text,
    quantity: count,
    state: text,
    expiresAt: Date,
    endedAt: Date,
    name: String,
    price: Number,
    mrp: Number,
  },
  { _id: false },
);

const movement = new Schema(
  {
    id: text,
    kind: text,
    quantity: count,
    reason: optionalText,
    orderId: optionalText,
    actorId: optionalText,
    createdAt: { type: Date, required: true },
  },
  { _id: false, id: false },
);

const product = new Schema<ProductDocument>(
  {
    _id: text,
    sku: text,
    slug: text,
    name: text,
    brand: optionalText,
    description: optionalText,
    categoryId: text,
    imageUrls: { type: [String], required: true },
    pack: { value: count, unit: text },
    mrp: count,
    price: count,
    discountPercent: count,
    priceBand: text,
    tags: { type: [String], required: true },
    isActive: { type: Boolean, required: true },
    maxPerOrder: count,
    lowStockThreshold: count,
    rank: count,
    nameKey: text,
    nameTokens: { type: [String], required: true },
    searchTokens: { type: [String], required: true },
    version: count,
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    stock: { available: count, reserved: count, sold: count, initial: count, restocked: count, overThreshold: count },
    holds: [hold],
    movements: [movement],
    adjustments: [new Schema({ key: text, delta: count, at: { type: Date, required: true } }, { _id: false })],
    outbox: outboxField,
  },
  { collection: 'products', versionKey: false, minimize: false },
);

product.index({ sku: 1 }, { unique: true });
product.index({ slug: 1 }, { unique: true });
// One index per order of the list; each begins with what nearly every list asks for.
product.index({ isActive: 1, rank: 1, nameKey: 1, _id: 1 });
product.index({ isActive: 1, price: 1, _id: 1 });
product.index({ isActive: 1, discountPercent: -1, _id: -1 });
product.index({ isActive: 1, nameKey: 1, _id: 1 });
product.index({ isActive: 1, createdAt: -1, _id: -1 });
product.index({ isActive: 1, 'stock.overThreshold': 1, _id: 1 });
product.index({ isActive: 1, categoryId: 1, rank: 1, nameKey: 1, _id: 1 });
product.index({ isActive: 1, brand: 1 });
product.index({ isActive: 1, tags: 1 });
product.index({ isActive: 1, searchTokens: 1 });
product.index({ isActive: 1, nameTokens: 1 });
// Entries come and go within minutes, so these stay small.
product.index({ 'holds.orderId': 1 }, { sparse: true });
product.index({ 'holds.expiresAt': 1 }, { sparse: true });
product.index({ 'holds.endedAt': 1 }, { sparse: true });
product.index({ 'movements.id': 1 }, { sparse: true });
product.index({ 'adjustments.at': 1 }, { sparse: true });

/** The `products` collection on one connection. */
export function createProductModel(connection: Connection): ProductModel {
  return connection.model<ProductDocument>('Product', product);
}
