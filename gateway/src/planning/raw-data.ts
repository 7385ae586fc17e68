/** What subgraphs answered, merged: objects of response name to value, before it is shaped to the client's selection. */
export type RawObject = Record<string, unknown>;

/** A raw value is an object of fields (neither a list nor a leaf). */
export function isRawObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Merges one subgraph's answer into what is already there, in place. Objects merge by key, lists element by element;
 * elsewhere the newer value wins, except that null never erases an object another subgraph gave.
 *
 * Where the target has nothing the source is adopted by reference, not copied. Entities that share one representation
 * may therefore share objects; every later step treats equal representations equally, so sharing shows nowhere.
 */
export function mergeInto(target: RawObject, source: RawObject): void {
  if (target === source) return;
  for (const key of Object.keys(source)) {
    const next = source[key];
    if (next === undefined) continue;
    // An own property of this name would be a client's alias; assigning to it would set the prototype instead.
    if (key === '__proto__') continue;
    target[key] = mergedValue(target[key], next);
  }
}

/** Merges one answer into every entity that it is about; its names are listed once. */
export function mergeIntoEach(targets: readonly RawObject[], source: RawObject): void {
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) {
    mergeInto(only, source);
    return;
  }
  for (const key of Object.keys(source)) {
    const next = source[key];
    if (next === undefined || key === '__proto__') continue;
    for (const target of targets) {
      const current = target[key];
      if (current === undefined) target[key] = next;
      else if (target !== source) target[key] = mergedValue(current, next);
    }
  }
}

function mergedValue(current: unknown, next: unknown): unknown {
  if (isRawObject(current)) {
    if (isRawObject(next)) mergeInto(current, next);
    return next === null || isRawObject(next) ? current : next;
  }
  if (Array.isArray(current) && Array.isArray(next)) {
    for (let index = 0; index < next.length; index += 1) current[index] = mergedValue(current[index], next[index]);
    return current;
  }
  return Array.isArray(current) && next === null ? current : next;
}
