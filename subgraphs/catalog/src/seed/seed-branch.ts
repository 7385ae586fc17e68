/** A top category of the demonstration catalogue with its shelves. */
export interface SeedBranch {
  /** Start of the SKUs below it. */
  code: string;
  name: string;
  shelves: readonly SeedShelf[];
}

export interface SeedShelf {
  name: string;
  goods: readonly SeedGood[];
}

/** One line of a data file: prices in rupees, tags separated by spaces, `null` for unbranded goods. */
export type SeedGood = readonly [
  name: string,
  brand: string | null,
  pack: `${number} ${'g' | 'kg' | 'ml' | 'L' | 'pc'}`,
  mrp: number,
  price: number,
  stock: number,
  tags: string,
  description: string,
];
