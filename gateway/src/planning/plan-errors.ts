import type { SubgraphError } from '../datasource/data-source.ts';
import { SubgraphFailure } from '../datasource/subgraph-failure.ts';
import type { RawObject } from './raw-data.ts';

type Path = readonly (string | number)[];

/** An error found while a plan ran; paths are in raw response names until the response is shaped. */
export interface PlanError {
  readonly subgraph: string;
  readonly path: Path | undefined;
  readonly code: string;
  /** Safe to show only where `isSafe`; otherwise for the log. */
  readonly message: string;
  readonly isSafe: boolean;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly cause: unknown;
}

/** Collects a plan's errors and remembers which places they account for. */
export interface PlanErrors {
  readonly list: readonly PlanError[];
  addFromSubgraph(subgraph: string, error: SubgraphError, path: Path | undefined): void;
  addFailure(subgraph: string, failure: Error, place: Path, pattern: Path, responseNames: readonly string[]): void;
  /** Whether a null at this raw path is explained by an error already recorded at, above or below it. */
  explains(path: Path): boolean;
  /** A subgraph knows no such entity, or does not show it to this caller: what it lacks is null and no error. */
  noteAbsent(entity: RawObject): void;
  isAbsent(entity: RawObject): boolean;
}

/** `isPassable` says which subgraph error codes a client may see with their message; the rest are masked. */
export function createPlanErrors(isPassable: (code: unknown) => boolean): PlanErrors {
  const list: PlanError[] = [];
  const explained: Path[] = [];
  // Made when it is needed: most operations meet no absent entity.
  let absent: WeakSet<RawObject> | undefined;
  let isEverythingExplained = false;
  return {
    list,
    addFromSubgraph(subgraph, error, path) {
      const code = error.extensions?.['code'];
      const isSafe = isPassable(code);
      list.push({
        subgraph,
        path,
        code: isSafe ? String(code) : 'INTERNAL_SERVER_ERROR',
        message: error.message,
        isSafe,
        extensions: isSafe ? presentable(error.extensions) : {},
        cause: error,
      });
      if (path === undefined) isEverythingExplained = true;
      else explained.push(path);
    },
    addFailure(subgraph, failure, place, pattern, responseNames) {
      const code = failure instanceof SubgraphFailure ? failure.code : 'INTERNAL_SERVER_ERROR';
      const message =
        code === 'SUBGRAPH_TIMEOUT'
          ? 'A part of this answer took too long.'
          : code === 'SUBGRAPH_UNAVAILABLE'
            ? 'A part of this answer is unavailable at the moment.'
            : failure.message;
      for (const name of responseNames) {
        const isSafe = failure instanceof SubgraphFailure;
        list.push({ subgraph, path: [...place, name], code, message, isSafe, extensions: {}, cause: failure });
        explained.push([...pattern, name]);
      }
    },
    noteAbsent(entity) {
      absent ??= new WeakSet();
      absent.add(entity);
    },
    isAbsent: (entity) => absent?.has(entity) ?? false,
    explains: (path) => isEverythingExplained || explained.some((known) => isRelated(known, path)),
  };
}

/** Frameworks add these while they are developed; they tell of files and hosts. */
const neverShown = new Set(['stacktrace', 'exception', 'serviceName', 'correlationId']);

function presentable(extensions: SubgraphError['extensions']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(extensions ?? {}).filter(([name]) => !neverShown.has(name)));
}

/** One path is a beginning of the other; `@` in a pattern stands for any index. */
function isRelated(pattern: Path, path: Path): boolean {
  const length = Math.min(pattern.length, path.length);
  for (let index = 0; index < length; index += 1) {
    const step = pattern[index];
    if (step !== path[index] && !(step === '@' && typeof path[index] === 'number')) return false;
  }
  return true;
}
