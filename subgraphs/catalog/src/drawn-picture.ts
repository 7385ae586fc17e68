import type { HttpRoute } from '@swiftcart/service';
import { drawnImageSize } from './domain/product-images.ts';
import type { CatalogStore } from './store/create-store.ts';

/**
 * Pictures for goods and categories that have none of their own: a tile with the name, in a colour that follows from the
 * slug. Whoever serves the shop mounts this route, so that every `Image.url` that starts with `/images/` answers.
 */
export function pictureRoute({ products, categories }: Pick<CatalogStore, 'products' | 'categories'>): HttpRoute {
  return {
    method: 'GET',
    path: '/images/*',
    async handle(req, res) {
      const slug = slugIn(req.url ?? '');
      const name = slug === undefined ? undefined : await nameOf(slug);
      if (slug === undefined || name === undefined) {
        res.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('No such picture.');
        return;
      }
      res.writeHead(200, {
        'content-type': 'image/svg+xml; charset=utf-8',
        'cache-control': 'public, max-age=86400',
        // An SVG is a document: without this, one opened by itself could run what a name smuggled in.
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      });
      res.end(drawPicture(name, slug));
    },
  };

  async function nameOf({ isCategory, slug }: PictureSlug): Promise<string | undefined> {
    if (!isCategory) return (await products.findBySlug(slug))?.name;
    return (await categories.loadTree()).all.find((category) => category.slug === slug)?.name;
  }
}

interface PictureSlug {
  isCategory: boolean;
  slug: string;
}

function slugIn(url: string): PictureSlug | undefined {
  const match = /^\/images\/(category\/)?([a-z0-9-]{1,100})\.svg$/.exec(url.split('?', 1)[0] ?? '');
  return match?.[2] === undefined ? undefined : { isCategory: match[1] !== undefined, slug: match[2] };
}

function drawPicture(name: string, { slug }: PictureSlug): string {
  const hue = [...slug].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 360, 7);
  const middle = drawnImageSize / 2;
  const lines = wrapWords(name, 14).slice(0, 4);
  const texts = lines.map((line, index) => {
    const y = middle + (index - (lines.length - 1) / 2) * 52;
    return `<text x="${middle}" y="${y}" dominant-baseline="middle">${escapeXml(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${drawnImageSize} ${drawnImageSize}" role="img" aria-label="${escapeXml(name)}">`,
    `<rect width="100%" height="100%" rx="48" fill="hsl(${hue} 60% 90%)"/>`,
    `<circle cx="${middle}" cy="${middle}" r="${middle * 0.82}" fill="hsl(${hue} 55% 82%)"/>`,
    `<g fill="hsl(${hue} 45% 25%)" font-family="system-ui, sans-serif" font-size="42" font-weight="600" text-anchor="middle">`,
    ...texts,
    '</g></svg>',
  ].join('');
}

function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
