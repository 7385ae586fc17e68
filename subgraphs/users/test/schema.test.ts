import { readFileSync } from 'node:fs';
import { Kind, parse, visit } from 'graphql';
import { expect, test } from 'vitest';

const schema = parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));

test('every type, field, argument and value says what it means', () => {
  const silent: string[] = [];
  const path: string[] = [];
  visit(schema, {
    enter(node) {
      const isDefinition =
        node.kind === Kind.FIELD_DEFINITION ||
        node.kind === Kind.INPUT_VALUE_DEFINITION ||
        node.kind === Kind.ENUM_VALUE_DEFINITION ||
        (node.kind.endsWith('TypeDefinition') && !('name' in node && isRoot(node.name)));
      if (!('name' in node) || node.name === undefined || typeof node.name === 'string') return;
      path.push('value' in node.name ? node.name.value : '');
      if (isDefinition && (!('description' in node) || node.description === undefined)) silent.push(path.join('.'));
    },
    leave(node) {
      if ('name' in node && node.name !== undefined && typeof node.name !== 'string') path.pop();
    },
  });
  expect(silent).toEqual([]);
});

function isRoot(name: unknown): boolean {
  return (
    typeof name === 'object' && name !== null && 'value' in name && ['Query', 'Mutation'].includes(String(name.value))
  );
}
