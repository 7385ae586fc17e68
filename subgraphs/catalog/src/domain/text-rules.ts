import { type CatalogErrorCode, type CatalogRefusal, refusal } from './catalog-refusal.ts';

/** Collects every reason at once, so that an operator mends a form in one go. */
export interface InputCheck {
  refusals: CatalogRefusal[];
  /** Refuses the input value at `field` (below `input`) unless `isFine`. */
  require(isFine: boolean, field: string, message: string, code?: CatalogErrorCode): void;
}

export function createInputCheck(): InputCheck {
  const refusals: CatalogRefusal[] = [];
  return {
    refusals,
    require(isFine, field, message, code = 'INVALID') {
      if (!isFine) refusals.push(refusal(code, message, { field: ['input', field] }));
    },
  };
}

/** Text that can be stored and shown on one line or several: well-formed, without control characters but tab and line ends, within its length in characters. */
export function isPlainText(text: string, minLength: number, maxLength: number): boolean {
  if (text.length > maxLength * 2 || !isPrintable(text)) return false;
  const length = [...text.trim()].length;
  return length >= minLength && length <= maxLength;
}

/** No control character and no lone surrogate, which cannot be encoded. */
function isPrintable(text: string): boolean {
  return !/[^\P{Cc}\t\n\r]|\p{Cs}/u.test(text);
}

/** Whether a picture's address is one that a browser fetches safely: https, or a path on the shop's own address. */
export function isImageUrl(url: string): boolean {
  return isPlainText(url, 1, 500) && !/\s/.test(url) && (url.startsWith('https://') || /^\/(?!\/)/.test(url));
}
