import { createHash } from 'node:crypto';
import type { CategoryRecord } from '../domain/category-tree.ts';
import { type Pack, type PackUnit, packLabel } from '../domain/pack-size.ts';
import { deriveDetails } from '../domain/product-details.ts';
import type { ProductRecord } from '../domain/product-record.ts';
import { slugify } from '../domain/slug.ts';
import type { SeedGood } from './seed-branch.ts';
import { seedBranches } from './seed-branches.ts';

const lowStockThreshold = 8;
const maxPerOrder = 10;
const units: Record<string, PackUnit> = { g: 'GRAM', kg: 'KILOGRAM', ml: 'MILLILITRE', L: 'LITRE', pc: 'PIECE' };

/** The demonstration catalogue as it is stored: the same ids, names and prices on every machine. */
export function seedRecords(now: Date): { categories: CategoryRecord[]; products: ProductRecord[] } {
  const categories: CategoryRecord[] = [];
  const products: ProductRecord[] = [];
  for (const [place, branch] of seedBranches.entries()) {
    const parent = category(branch.name, null, place);
    categories.push(parent);
    let number = 0;
    for (const [shelfPlace, shelf] of branch.shelves.entries()) {
      const child = category(shelf.name, parent._id, shelfPlace);
      categories.push(child);
      for (const good of shelf.goods) {
        number += 1;
        products.push(product(`${branch.code}-${String(number).padStart(3, '0')}`, child._id, good, now));
      }
    }
  }
  // A second apart in their order, so that the newest-first list has one.
  return {
    categories,
    products: products.map((one, index) => ({ ...one, createdAt: new Date(now.getTime() - index * 1_000) })),
  };
}

function category(name: string, parentId: string | null, position: number): CategoryRecord {
  const slug = slugify(name);
  return { _id: fixedId('cat', slug), slug, name, imageUrl: `/images/category/${slug}.svg`, parentId, position };
}

function product(sku: string, categoryId: string, good: SeedGood, now: Date): ProductRecord {
  const [name, brand, packText, mrpRupees, priceRupees, stock, tagText, description] = good;
  const pack = packOf(packText);
  const described = { sku, name, brand, tags: tagText.split(' '), mrp: mrpRupees * 100, price: priceRupees * 100 };
  return {
    _id: fixedId('prd', sku),
    slug: slugify(brand ?? '', name, packLabel(pack)),
    description,
    categoryId,
    imageUrls: [],
    pack,
    isActive: true,
    maxPerOrder,
    lowStockThreshold,
    version: 1,
    createdAt: now,
    updatedAt: now,
    stock: {
      available: stock,
      reserved: 0,
      sold: 0,
      initial: stock,
      restocked: 0,
      overThreshold: stock - lowStockThreshold,
    },
    holds: [],
    movements: [],
    adjustments: [],
    ...described,
    ...deriveDetails(described),
  };
}

function packOf(text: string): Pack {
  const [value, unit = ''] = text.split(' ');
  return { value: Number(value), unit: units[unit] ?? 'PIECE' };
}

/** An id that depends on the key alone, in the form of all ids. */
function fixedId(prefix: string, key: string): string {
  return `${prefix}_${createHash('sha256').update(key).digest('hex').slice(0, 26)}`;
}
