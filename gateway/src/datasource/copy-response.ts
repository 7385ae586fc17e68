/**
 * Copies an answer for another owner, some ten times faster than `structuredClone`, which has to allow for much more
 * than JSON. Objects that are not plain (an in-process subgraph's scalar may be one) are values and stay shared.
 */
export function copyResponse<Value>(value: Value): Value {
  return copy(value) as Value;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copied: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    // Assigning this name would set the copy's prototype.
    if (name !== '__proto__') copied[name] = copy(inner);
  }
  return copied;
}
