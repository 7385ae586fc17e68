/** A category as it is stored; its place in the tree is its parent's id. */
export interface CategoryRecord {
  _id: string;
  slug: string;
  name: string;
  imageUrl: string | null;
  parentId: string | null;
  position: number;
}

/** The deepest chain from the top to a category, both counted. */
export const maxCategoryDepth = 5;

/** All categories at once: there are few, and every question about them is about their places. */
export interface CategoryTree {
  all: readonly CategoryRecord[];
  find(id: string): CategoryRecord | null;
  /** Direct children in order; of the top for null. */
  childrenOf(id: string | null): readonly CategoryRecord[];
  /** The category and everything below it; empty for an unknown one. */
  branchOf(id: string): string[];
  /** The category and everything above it, nearest first; empty for an unknown one. */
  pathOf(id: string): string[];
}

/** Walks stop at a category they have met, so that even a circle in the data ends. */
export function createCategoryTree(categories: readonly CategoryRecord[]): CategoryTree {
  const byId = new Map(categories.map((category) => [category._id, category]));
  const children = new Map<string | null, CategoryRecord[]>();
  for (const category of [...categories].sort((a, b) => a.position - b.position || (a._id < b._id ? -1 : 1))) {
    const siblings = children.get(category.parentId);
    if (siblings === undefined) children.set(category.parentId, [category]);
    else siblings.push(category);
  }
  return {
    all: categories,
    find: (id) => byId.get(id) ?? null,
    childrenOf: (id) => children.get(id) ?? [],
    branchOf(id) {
      const branch = new Set(byId.has(id) ? [id] : []);
      for (const member of branch) for (const child of children.get(member) ?? []) branch.add(child._id);
      return [...branch];
    },
    pathOf(id) {
      const path = new Set<string>();
      for (let at = byId.get(id); at !== undefined && !path.has(at._id); at = byId.get(at.parentId ?? ''))
        path.add(at._id);
      return [...path];
    },
  };
}

/** Whether putting `id` below `parentId` would make it its own ancestor. */
export function wouldCircle(tree: CategoryTree, id: string, parentId: string): boolean {
  return tree.branchOf(id).includes(parentId);
}

/** How deep the branch of `id` reaches, itself counted; 1 for a category without children. */
export function branchDepth(tree: CategoryTree, id: string): number {
  const above = tree.pathOf(id).length;
  return Math.max(1, ...tree.branchOf(id).map((member) => tree.pathOf(member).length - above + 1));
}
