import type { CatalogRefusal } from './catalog-refusal.ts';
import { isSlug, maxSlugLength } from './slug.ts';
import { createInputCheck, isImageUrl, isPlainText } from './text-rules.ts';

/** What an operator may set on a category; undefined means "not given". */
export interface CategoryFields {
  slug?: string | undefined;
  name: string;
  imageUrl?: string | null | undefined;
  position?: number | undefined;
}

/** Every reason against a category's own values; its place in the tree is judged with the tree. */
export function checkCategory({ slug, name, imageUrl, position }: CategoryFields): CatalogRefusal[] {
  const check = createInputCheck();
  check.require(isPlainText(name, 1, 80), 'name', 'A name has 1 to 80 characters.');
  check.require(
    slug === undefined || isSlug(slug),
    'slug',
    `A slug is lower-case words of letters and digits joined by hyphens, at most ${maxSlugLength} characters.`,
  );
  check.require(
    imageUrl === undefined || imageUrl === null || isImageUrl(imageUrl),
    'imageUrl',
    'A picture starts with https:// or /.',
  );
  check.require(
    position === undefined || (position >= 0 && position <= 100_000),
    'position',
    'A position is between 0 and 100000.',
  );
  return check.refusals;
}
