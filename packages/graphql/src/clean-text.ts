/** Length as people count it: an emoji outside the basic plane is one. */
export function codePointLength(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** What a text field accepts. Both lengths are in code points, inclusive. */
export interface TextLimits {
  maxLength: number;
  minLength?: number;
}

// With the u flag a pair is one character, so only a lone half has this property.
const loneSurrogate = /\p{Surrogate}/u;

/** Whether a text can be stored and shown: within its length, well-formed UTF-16 (a lone surrogate cannot be encoded), no NUL. */
export function isCleanText(text: string, { maxLength, minLength = 0 }: TextLimits): boolean {
  // Code units bound code points from above and below, so an enormous text is refused without counting it.
  if (text.length > maxLength * 2 || text.includes('\0') || loneSurrogate.test(text)) return false;
  const length = codePointLength(text);
  return length >= minLength && length <= maxLength;
}
