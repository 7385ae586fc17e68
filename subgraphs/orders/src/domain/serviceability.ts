/** Whether the store delivers to a pincode: six digits, and beginning with one of `served` unless that is empty. */
export function isServiceable(pincode: string, served: readonly string[]): boolean {
  if (!/^[1-9][0-9]{5}$/.test(pincode)) return false;
  return served.length === 0 || served.some((prefix) => pincode.startsWith(prefix));
}
