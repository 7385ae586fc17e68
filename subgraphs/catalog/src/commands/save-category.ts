import { createId } from '@swiftcart/graphql';
import type { CatalogContext } from '../context.ts';
import { type CatalogRefusal, refusal } from '../domain/catalog-refusal.ts';
import { type CategoryFields, checkCategory } from '../domain/category-input.ts';
import {
  branchDepth,
  type CategoryRecord,
  type CategoryTree,
  maxCategoryDepth,
  wouldCircle,
} from '../domain/category-tree.ts';
import { slugify } from '../domain/slug.ts';

/** A category to add, or what to change of one: undefined stays, a null parent is the top. */
export interface CategoryInput extends CategoryFields {
  parentId?: string | null | undefined;
}

/** What a change of a category answers. */
export interface CategoryOutcome {
  category: CategoryRecord | null;
  userErrors: CatalogRefusal[];
}

const slugTaken = refusal('SLUG_TAKEN', 'Another category has this slug.', { field: ['input', 'slug'] });
const circle = refusal('INVALID', 'A category cannot be below itself.', { field: ['input', 'parentId'] });

/** Adds a category at the end of its siblings, unless a position is given. */
export async function createCategory({ app, loaders }: CatalogContext, input: CategoryInput): Promise<CategoryOutcome> {
  const tree = await loaders.tree();
  const parentId = input.parentId ?? null;
  const slug = input.slug ?? slugify(input.name);
  const refusals = [...checkCategory({ ...input, slug }), ...parentRefusals(tree, parentId, 1)];
  if (refusals.length > 0) return refused(...refusals);
  const category: CategoryRecord = {
    _id: createId('cat', app.now()),
    slug,
    name: input.name.trim(),
    imageUrl: input.imageUrl ?? null,
    parentId,
    position: input.position ?? (tree.childrenOf(parentId).at(-1)?.position ?? -1) + 1,
  };
  if (!(await app.store.categories.insert(category))) return refused(slugTaken);
  loaders.clear();
  return { category, userErrors: [] };
}

/** Renames, moves or reorders a category. */
export async function updateCategory(
  { app, loaders }: CatalogContext,
  id: string,
  input: CategoryInput,
): Promise<CategoryOutcome> {
  const { categories } = app.store;
  const tree = await loaders.tree();
  const current = tree.find(id);
  if (current === null) return refused(refusal('NOT_FOUND', 'There is no such category.', { field: ['id'] }));
  const parentId = input.parentId === undefined ? current.parentId : input.parentId;
  const isMove = parentId !== current.parentId;
  const refusals = checkCategory(input);
  if (isMove && parentId !== null && wouldCircle(tree, id, parentId)) refusals.push(circle);
  else if (isMove) refusals.push(...parentRefusals(tree, parentId, branchDepth(tree, id)));
  if (refusals.length > 0) return refused(...refusals);

  const updated = await categories.update(id, current.parentId, {
    name: input.name.trim(),
    parentId,
    slug: input.slug ?? current.slug,
    imageUrl: input.imageUrl === undefined ? current.imageUrl : input.imageUrl,
    position: input.position ?? current.position,
  });
  loaders.clear();
  if (updated === 'SLUG_TAKEN') return refused(slugTaken);
  if (updated === null)
    return refused(refusal('INVALID', 'Somebody moved this category just now; look again.', { field: ['id'] }));
  // Two moves at once can close a circle that neither saw. Both look again after writing, so at least one of them sees it.
  if (isMove && isInCircle(await loaders.tree(), id)) {
    await categories.update(id, parentId, { parentId: current.parentId });
    loaders.clear();
    return refused(circle);
  }
  return { category: updated, userErrors: [] };
}

function refused(...userErrors: CatalogRefusal[]): CategoryOutcome {
  return { category: null, userErrors };
}

function parentRefusals(tree: CategoryTree, parentId: string | null, depth: number): CatalogRefusal[] {
  if (parentId === null) return [];
  const field = ['input', 'parentId'];
  if (tree.find(parentId) === null) return [refusal('NOT_FOUND', 'There is no such category.', { field })];
  if (tree.pathOf(parentId).length + depth <= maxCategoryDepth) return [];
  return [refusal('LIMIT_EXCEEDED', `The category tree is at most ${maxCategoryDepth} deep.`, { field })];
}

function isInCircle(tree: CategoryTree, id: string): boolean {
  const top = tree.pathOf(id).at(-1);
  return top !== undefined && tree.find(top)?.parentId !== null;
}
