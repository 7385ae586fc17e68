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

/** Reads a profile and adds time up by package, node module, or source file of ours. */
export async function profileByModule(file: string): Promise<readonly ModuleShare[]> {
  const profile = JSON.parse(await readFile(file, 'utf8')) as Profile;
  const sources = await createSourceFinder();
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
    const module = await sources(frame);
    const functions = micros.get(module) ?? new Map<string, number>();
    micros.set(module, functions);
    const name = frame.functionName || '(anonymous)';
    functions.set(name, (functions.get(name) ?? 0) + spent);
  }
  return [...micros]
    .map(([module, functions]) => ({
      module,
      isOurs: module.endsWith('.ts'),
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
