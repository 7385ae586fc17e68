import { foldText } from './search-text.ts';

const slugPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Longest slug the shop accepts or makes, in characters. */
export const maxSlugLength = 100;

/** Whether a text can be a slug as it is: lower-case words of Latin letters and digits joined by single hyphens. */
export function isSlug(text: string): boolean {
  return text.length <= maxSlugLength && slugPattern.test(text);
}

/** A slug made from names; empty when they hold no Latin letter or digit. */
export function slugify(...texts: readonly string[]): string {
  const words = foldText(texts.join(' ')).match(/[a-z0-9]+/g) ?? [];
  return words.join('-').slice(0, maxSlugLength).replace(/-+$/, '');
}
