/** A picture as the schema's Image shows it, sizes apart. */
export interface ProductImage {
  url: string;
  altText: string;
  width: number | null;
  height: number | null;
}

/** Side of the pictures that the catalogue draws itself, in pixels. */
export const drawnImageSize = 480;

/** Pictures in order; a product without any gets one that is drawn from its name, at `/images/<slug>.svg`. */
export function productImages({
  imageUrls,
  slug,
  name,
}: {
  imageUrls: readonly string[];
  slug: string;
  name: string;
}): ProductImage[] {
  if (imageUrls.length === 0) {
    return [{ url: drawnImageUrl(slug), altText: name, width: drawnImageSize, height: drawnImageSize }];
  }
  return imageUrls.map((url, index) => ({
    url,
    altText: index === 0 ? name : `${name}, picture ${index + 1}`,
    width: null,
    height: null,
  }));
}

/** The address of the first picture. */
export function mainImageUrl({ imageUrls, slug }: { imageUrls: readonly string[]; slug: string }): string {
  return imageUrls[0] ?? drawnImageUrl(slug);
}

function drawnImageUrl(slug: string): string {
  return `/images/${slug}.svg`;
}
