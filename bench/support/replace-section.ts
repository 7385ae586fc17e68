import { readFile, writeFile } from 'node:fs/promises';

/**
 * Puts new text between `<!-- name -->` and `<!-- /name -->` of a Markdown file, so that figures are refreshed by the
 * command that measures them. Throws when the file has no such marks.
 */
export async function replaceSection(file: string | URL, name: string, text: string): Promise<void> {
  const before = await readFile(file, 'utf8');
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const start = before.indexOf(open);
  const end = before.indexOf(close);
  if (start === -1 || end < start) throw new Error(`${String(file)} has no ${open} ... ${close}`);
  await writeFile(file, `${before.slice(0, start + open.length)}\n${text.trim()}\n${before.slice(end)}`);
}
