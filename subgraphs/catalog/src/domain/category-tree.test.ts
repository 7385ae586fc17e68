import { expect, it } from 'vitest';
import { branchDepth, type CategoryRecord, createCategoryTree, wouldCircle } from './category-tree.ts';

const category = (id: string, parentId: string | null, position = 0): CategoryRecord => ({
  _id: id,
  slug: id,
  name: id,
  imageUrl: null,
  parentId,
  position,
});
const tree = createCategoryTree([
  category('food', null, 1),
  category('home', null, 0),
  category('dairy', 'food'),
  category('milk', 'dairy'),
]);

it('answers where a category stands', () => {
  expect(tree.childrenOf(null).map(({ _id }) => _id)).toEqual(['home', 'food']);
  expect(tree.branchOf('food')).toEqual(['food', 'dairy', 'milk']);
  expect(tree.pathOf('milk')).toEqual(['milk', 'dairy', 'food']);
  expect([tree.branchOf('no'), tree.pathOf('no'), tree.find('no')]).toEqual([[], [], null]);
});

it('measures how deep a branch reaches, because the whole branch moves', () => {
  expect([branchDepth(tree, 'food'), branchDepth(tree, 'milk')]).toEqual([3, 1]);
});

it.each([
  ['food', 'milk', true],
  ['food', 'food', true],
  ['milk', 'food', false],
  ['dairy', 'home', false],
])('moving %s below %s closes a circle: %s', (id, parentId, circle) => {
  expect(wouldCircle(tree, id, parentId)).toBe(circle);
});

it('ends every walk even when the data holds a circle', () => {
  const round = createCategoryTree([category('a', 'b'), category('b', 'a')]);
  expect(round.pathOf('a')).toEqual(['a', 'b']);
  expect(round.branchOf('a')).toEqual(['a', 'b']);
});
