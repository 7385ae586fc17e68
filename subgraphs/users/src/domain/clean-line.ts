// NUL and its kin would end strings elsewhere; a lone surrogate cannot be stored as UTF-8; bidirectional overrides
// (U+202A-202E, U+2066-2069) make a name read as something that it is not.
const unwanted = /[\p{Cc}\p{Surrogate}\u202a-\u202e\u2066-\u2069]/u;

/**
 * One line of text as it is stored: NFC, spaces trimmed and collapsed. Undefined when it holds control characters or is
 * shorter or longer (code points, inclusive) than allowed.
 */
export function cleanLine(text: string, { minLength, maxLength }: LineLimits): string | undefined {
  // Code units bound code points, so an enormous text is refused before anything walks over it.
  if (text.length > maxLength * 4) return undefined;
  const line = text.trim();
  if (unwanted.test(line)) return undefined;
  const clean = line.normalize('NFC').replace(/\s+/gu, ' ');
  const length = [...clean].length;
  return length >= minLength && length <= maxLength ? clean : undefined;
}

export interface LineLimits {
  minLength: number;
  maxLength: number;
}
