import { isRawObject, type RawObject } from './raw-data.ts';

type Path = readonly (string | number)[];

/** Collects the objects at a plan's path (`@` stands for every element of a list); nulls and failed parts are left out. */
export function objectsAt(root: unknown, path: Path): RawObject[] {
  const found: RawObject[] = [];
  collect(root, path, 0, (object) => found.push(object));
  return found;
}

/** The same, with each object's concrete response path: only worth its cost when an error has to be placed. */
export function placesAt(root: unknown, path: Path): Map<RawObject, (string | number)[][]> {
  const places = new Map<RawObject, (string | number)[][]>();
  collect(
    root,
    path,
    0,
    (object, concrete) => {
      const known = places.get(object);
      if (known === undefined) places.set(object, [[...concrete]]);
      else known.push([...concrete]);
    },
    [],
  );
  return places;
}

function collect(
  value: unknown,
  path: Path,
  depth: number,
  found: (object: RawObject, concrete: (string | number)[]) => void,
  concrete?: (string | number)[],
): void {
  if (Array.isArray(value)) {
    // Lists are entered whether or not the path says `@` here: nested lists carry one mark for each level.
    const next = path[depth] === '@' ? depth + 1 : depth;
    for (let index = 0; index < value.length; index += 1) {
      concrete?.push(index);
      collect(value[index], path, next, found, concrete);
      concrete?.pop();
    }
    return;
  }
  if (!isRawObject(value)) return;
  const step = path[depth];
  if (step === undefined) {
    found(value, concrete ?? []);
    return;
  }
  concrete?.push(step);
  collect(value[step], path, depth + 1, found, concrete);
  concrete?.pop();
}
