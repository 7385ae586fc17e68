/** All but the last four digits hidden, so that a customer can recognise a caller but not dial him. */
export function maskPhone(phone: string | null): string | null {
  return phone === null ? null : `••••••${phone.slice(-4)}`;
}
