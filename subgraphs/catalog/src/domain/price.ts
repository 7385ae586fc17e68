/** How much below `mrp` the price is, in whole percent, rounded down so that no discount is promised that is not given. */
export function discountPercentOf(mrp: number, price: number): number {
  return Math.floor(((mrp - price) * 100) / mrp);
}

/** Lower bounds of the price facet's bands, in paise. */
const bandStarts = [0, 5_000, 10_000, 20_000, 50_000];

/** All bands in ascending order; the last is open at the top. */
export const priceBands: readonly string[] = bandStarts.map((start, index) => {
  const next = bandStarts[index + 1];
  return next === undefined ? `${start}-` : `${start}-${next - 1}`;
});

/** The facet value of a price: `5000-9999` are the filter's minPrice and maxPrice. */
export function priceBandOf(price: number): string {
  const index = bandStarts.findLastIndex((start) => price >= start);
  return priceBands[Math.max(index, 0)] ?? '';
}

/** A band in words: `Under ₹50`, `₹50 to ₹99.99`, `₹500 and above`. */
export function priceBandLabel(band: string): string {
  const [from = '', to = ''] = band.split('-');
  if (to === '') return `₹${Number(from) / 100} and above`;
  if (from === '0') return `Under ₹${(Number(to) + 1) / 100}`;
  return `₹${Number(from) / 100} to ₹${Number(to) / 100}`;
}
