import type { NewProduct } from '../commands/create-product.ts';
import type { CategoryInput } from '../commands/save-category.ts';
import type { ProductPatch } from '../commands/update-product.ts';
import type { PackUnit } from '../domain/pack-size.ts';

/** An optional input value as GraphQL hands it over. */
type Given<Value> = Value | null | undefined;

export interface CreateProductArguments {
  sku: string;
  slug?: Given<string>;
  name: string;
  brand?: Given<string>;
  description?: Given<string>;
  categoryId: string;
  imageUrls?: Given<string[]>;
  packValue: number;
  packUnit: PackUnit;
  mrp: number;
  price: number;
  stock: number;
  lowStockThreshold?: Given<number>;
  maxPerOrder?: Given<number>;
  tags?: Given<string[]>;
}

export interface UpdateProductArguments {
  name?: Given<string>;
  brand?: Given<string>;
  description?: Given<string>;
  categoryId?: Given<string>;
  imageUrls?: Given<string[]>;
  mrp?: Given<number>;
  price?: Given<number>;
  lowStockThreshold?: Given<number>;
  maxPerOrder?: Given<number>;
  tags?: Given<string[]>;
  isActive?: Given<boolean>;
}

export interface CategoryInputArguments {
  slug?: Given<string>;
  name: string;
  parentId?: Given<string>;
  imageUrl?: Given<string>;
  position?: Given<number>;
}

/** On creation null and absent are one. */
export function newProduct({ packValue, packUnit, ...input }: CreateProductArguments): NewProduct {
  return {
    ...input,
    slug: input.slug ?? undefined,
    brand: input.brand ?? null,
    description: input.description ?? null,
    imageUrls: input.imageUrls ?? [],
    pack: { value: packValue, unit: packUnit },
    lowStockThreshold: input.lowStockThreshold ?? undefined,
    maxPerOrder: input.maxPerOrder ?? undefined,
    tags: input.tags ?? [],
  };
}

/** Null clears what can be empty (brand, description); elsewhere it stays as it is. */
export function productPatch(input: UpdateProductArguments): ProductPatch {
  return {
    name: input.name ?? undefined,
    brand: input.brand,
    description: input.description,
    categoryId: input.categoryId ?? undefined,
    imageUrls: input.imageUrls ?? undefined,
    mrp: input.mrp ?? undefined,
    price: input.price ?? undefined,
    lowStockThreshold: input.lowStockThreshold ?? undefined,
    maxPerOrder: input.maxPerOrder ?? undefined,
    tags: input.tags ?? undefined,
    isActive: input.isActive ?? undefined,
  };
}

/** A null parent is the top, a null picture none; elsewhere null and absent are one. */
export function categoryInput({ slug, name, parentId, imageUrl, position }: CategoryInputArguments): CategoryInput {
  return { slug: slug ?? undefined, name, parentId, imageUrl, position: position ?? undefined };
}
