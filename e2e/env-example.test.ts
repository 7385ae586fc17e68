import { readdirSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const folders = ['app', 'gateway', 'packages/service', 'packages/identity', 'packages/events'];
const subgraphs = ['users', 'catalog', 'orders', 'delivery'].map((name) => `subgraphs/${name}`);
const sources = [...folders, ...subgraphs].flatMap((folder) =>
  readdirSync(new URL(`${folder}/src`, root), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => read(`${folder}/src/${file}`)),
);
const documented = Object.keys(parseEnv(read('.env.example')));

/** Limits are read through tables: a name stands as an argument of its own line or as a row's `variable`. */
const tables = ['gateway/src/limits/limits.ts', 'subgraphs/users/src/ports/attempt-limits.ts'].map(read);

it('.env.example names every variable that the code reads', () => {
  const call = /\.(?:string|optionalString|integer|flag|url|optionalUrl|list)\(\s*'([A-Z][A-Z0-9_]+)'/g;
  const names = new Set(sources.flatMap((text) => [...text.matchAll(call)].map(([, name = '']) => name)));
  const inTable = /'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g;
  for (const text of tables) for (const [, name = ''] of text.matchAll(inTable)) names.add(name);
  expect(names.size).toBeGreaterThan(50);
  expect([...names].filter((name) => !documented.includes(name))).toEqual([]);
});

it('.env.example names no variable that nothing reads', () => {
  const unread = documented.filter((name) => !sources.some((text) => text.includes(`'${name}'`)));
  expect(unread).toEqual([]);
});
