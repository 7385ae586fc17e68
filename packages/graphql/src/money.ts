/** An amount as the schema's `Money` type shows it. */
export interface Money {
  /** Minor units (paise). */
  amount: number;
  currency: 'INR';
  /** For people, with Indian grouping: `₹1,23,456.50`. */
  formatted: string;
}

const rupees = new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR' });

/** Throws RangeError for anything but a safe integer: a fraction of a paisa is a mistake in a calculation. */
export function money(amountMinor: number): Money {
  if (!Number.isSafeInteger(amountMinor)) throw new RangeError(`Money is counted in whole paise, got ${amountMinor}.`);
  return { amount: amountMinor, currency: 'INR', formatted: rupees.format(amountMinor / 100) };
}
