const written = /^\+?[\d\s().-]{6,24}$/;
const e164 = /^\+[1-9]\d{7,14}$/;
const indianMobile = /^[6-9]\d{9}$/;

/**
 * A phone number in E.164 (`+919876543210`). Ten digits starting with 6-9 are an Indian mobile, with or without a leading
 * 0; everything else needs its country code. Undefined when it cannot be a number.
 */
export function normalisePhone(text: string): string | undefined {
  const trimmed = text.length > 64 ? '' : text.trim();
  if (!written.test(trimmed)) return undefined;
  const digits = trimmed.replace(/\D/g, '');
  const national = digits.replace(/^0/, '');
  const number = trimmed.startsWith('+') || !indianMobile.test(national) ? `+${digits}` : `+91${national}`;
  // An international number without its plus is accepted for India only, where it is how people write it.
  if (!trimmed.startsWith('+') && !number.startsWith('+91')) return undefined;
  if (number.startsWith('+91') && !indianMobile.test(number.slice(3))) return undefined;
  return e164.test(number) ? number : undefined;
}
