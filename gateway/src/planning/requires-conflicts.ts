import { eachField, type FieldSets, printedArguments } from '../composition/field-sets.ts';

/** Says whether two fields of one type need one input with different arguments, and so cannot share an entity fetch. */
export interface RequiresConflicts {
  /** False for nearly every supergraph: then no operation needs to be looked at. */
  readonly hasAny: boolean;
  /** Whether a field has inputs with arguments at all. */
  isSensitive(typeName: string, fieldName: string): boolean;
  conflict(typeName: string, left: string, right: string): boolean;
}

/** Compares the `@requires` of each type pairwise; inputs that are themselves computed bring their own inputs along. */
export function findRequiresConflicts({ requires }: FieldSets): RequiresConflicts {
  const inputs = new Map<string, Map<string, string>>();
  const inputsOf = (typeName: string, fieldName: string, visiting: ReadonlySet<string>): Map<string, string> => {
    const key = `${typeName}.${fieldName}`;
    const known = inputs.get(key);
    if (known !== undefined) return known;
    const found = new Map<string, string>();
    if (visiting.has(key)) return found;
    for (const rule of requires) {
      if (rule.typeName !== typeName || rule.fieldName !== fieldName) continue;
      eachField(rule.selections, (field, path) => {
        found.set(path, printedArguments(field));
        if (path.includes('.')) return;
        for (const [inner, text] of inputsOf(typeName, path, new Set([...visiting, key]))) found.set(inner, text);
      });
    }
    inputs.set(key, found);
    return found;
  };
  for (const { typeName, fieldName } of requires) inputsOf(typeName, fieldName, new Set());

  const conflict = (typeName: string, left: string, right: string): boolean => {
    const rightInputs = inputs.get(`${typeName}.${right}`);
    if (left === right || rightInputs === undefined) return false;
    for (const [path, text] of inputs.get(`${typeName}.${left}`) ?? []) {
      const other = rightInputs.get(path);
      if (other !== undefined && other !== text) return true;
    }
    return false;
  };
  const hasAny = requires.some(({ typeName, fieldName }) =>
    requires.some((other) => other.typeName === typeName && conflict(typeName, fieldName, other.fieldName)),
  );
  return {
    hasAny,
    conflict,
    isSensitive: (typeName, fieldName) =>
      [...(inputs.get(`${typeName}.${fieldName}`)?.values() ?? [])].some((text) => text !== ''),
  };
}
