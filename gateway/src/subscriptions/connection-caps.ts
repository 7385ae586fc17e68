/** Counts what is open for each name, and refuses beyond a cap. */
export interface ConnectionCap {
  /** A function that gives the place back (harmless when repeated), or undefined when all are taken. */
  take(name: string): (() => void) | undefined;
}

export function createConnectionCap(most: number): ConnectionCap {
  const open = new Map<string, number>();
  return {
    take(name) {
      const count = open.get(name) ?? 0;
      if (count >= most) return undefined;
      open.set(name, count + 1);
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        const left = (open.get(name) ?? 1) - 1;
        if (left === 0) open.delete(name);
        else open.set(name, left);
      };
    },
  };
}
