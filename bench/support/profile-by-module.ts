import { readFile } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number };
  /** How often each line (from 1) of the frame's file was met. */
  readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[];
}

/** A module's share of the CPU time that a process did not sleep away. */
export interface ModuleShare {
  readonly module: string;
  /** 0 to 1. */
  readonly share: number;
  readonly isOurs: boolean;
  /** The heaviest functions in it. */
  readonly functions: readonly { readonly name: string; readonly share: number }[];
}

/**
 * Reads a profile and adds time up by package, node module, or source file of ours. What the engine spends in
 * `JSON.parse` and `JSON.stringify` the profiler counts for the function that calls them; here it is apart.
 */
export async function profileByModule(file: string): Promise<readonly ModuleShare[]> {
  const profile = JSON.parse(await readFile(file, 'utf8')) as Profile;
  const sources = await createSourceFinder();
  const engineParts = createEngineParts();
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const micros = new Map<string, Map<string, number>>();
  let total = 0;
  for (const [index, id] of profile.samples.entries()) {
    const frame = nodes.get(id)?.callFrame;
    const spent = profile.timeDeltas[index] ?? 0;
    if (frame === undefined || frame.functionName === '(idle)' || spent <= 0) continue;
    // The profiler writing out what it saw.
    if (frame.functionName === 'dispatch' && frame.url === '') continue;
    total += spent;
    const source = await sources(frame);
    const name = frame.functionName || '(anonymous)';
    for (const { call, part } of await engineParts(nodes.get(id))) {
      const module = call === undefined ? source : `${call}, called by ${source.split('/').at(-1)}`;
      const functions = micros.get(module) ?? new Map<string, number>();
      micros.set(module, functions);
      functions.set(name, (functions.get(name) ?? 0) + spent * part);
    }
  }
  return [...micros]
    .map(([module, functions]) => ({
      module,
      isOurs: module.endsWith('.ts') && !module.includes(', called by '),
      share: [...functions.values()].reduce((sum, value) => sum + value, 0) / total,
      functions: [...functions]
        .sort((left, right) => right[1] - left[1])
        .slice(0, 4)
        .map(([name, spent]) => ({ name, share: spent / total })),
    }))
    .sort((left, right) => right.share - left.share);
}

async function createSourceFinder() {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = async (path: string) => {
    if (!maps.has(path)) {
      const text = await readFile(`${path}.map`, 'utf8').catch(() => undefined);
      maps.set(path, text === undefined ? undefined : new SourceMap(JSON.parse(text) as SourceMapPayload));
    }
    return maps.get(path);
  };
  return async ({ url, functionName, lineNumber, columnNumber }: ProfileNode['callFrame']): Promise<string> => {
    if (url.startsWith('node:')) return url.startsWith('node:internal') ? internalModule(url) : url;
    if (url.startsWith('wasm:')) return 'undici (its HTTP parser)';
    if (!url.startsWith('file:'))
      return functionName.startsWith('(') ? functionName : 'built-in functions (JSON, Map, ...)';
    const path = fileURLToPath(url);
    const map = path.includes('/swiftcart-bench/') ? await mapOf(path) : undefined;
    if (map === undefined) return packageOf(path);
    const entry = map.findEntry(lineNumber, columnNumber);
    const source = 'originalSource' in entry ? entry.originalSource : undefined;
    return source === undefined ? 'the bundle' : source.replace(/^(\.\.\/)+/, '');
  };
}

interface EnginePart {
  /** `JSON.parse` or `JSON.stringify`; undefined for the function's own code. */
  readonly call: string | undefined;
  /** 0 to 1 of the function's time. */
  readonly part: number;
}

/** Statements that are such a call and no more, so that none of our own work on the same line goes with it. */
const engineCall = /^\s*(?:(?:const|let|var)\s+\w+|\w+)\s*=\s*(JSON\.(?:parse|stringify))\([\w.]+\);\s*$/;

/** Parts each function's time by the lines that the profiler met it at. */
function createEngineParts() {
  const files = new Map<string, readonly string[]>();
  const known = new Map<ProfileNode, readonly EnginePart[]>();
  const linesOf = async (path: string) => {
    const lines = files.get(path) ?? (await readFile(path, 'utf8').catch(() => '')).split('\n');
    files.set(path, lines);
    return lines;
  };
  return async (node: ProfileNode | undefined): Promise<readonly EnginePart[]> => {
    const whole = [{ call: undefined, part: 1 }];
    if (node === undefined || !node.callFrame.url.startsWith('file:')) return whole;
    const before = known.get(node);
    if (before !== undefined) return before;
    const lines = await linesOf(fileURLToPath(node.callFrame.url));
    const ticks = new Map<string | undefined, number>();
    for (const { line, ticks: count } of node.positionTicks ?? []) {
      const call = engineCall.exec(lines[line - 1] ?? '')?.[1];
      ticks.set(call, (ticks.get(call) ?? 0) + count);
    }
    const total = [...ticks.values()].reduce((sum, count) => sum + count, 0);
    const parts = total === 0 ? whole : [...ticks].map(([call, count]) => ({ call, part: count / total }));
    known.set(node, parts);
    return parts;
  };
}

/** `node:internal/streams/readable` is streams to a reader. */
function internalModule(url: string): string {
  return url.split('/').slice(0, 2).join('/');
}

function packageOf(path: string): string {
  const [, inside] = path.split(/.*\/node_modules\//);
  if (inside === undefined) return path;
  const [scope = '', name = ''] = inside.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
