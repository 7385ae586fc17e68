import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';

/** One entry of `supergraph.yaml`: `schemaPath` is absolute, `routingUrl` is where the subgraph answers GraphQL. */
export interface SubgraphEntry {
  readonly name: string;
  readonly routingUrl: string;
  readonly schemaPath: string;
}

/** The file that lists the subgraphs is missing, is no YAML, or lacks a part; the message names file and entry. */
export class SupergraphConfigError extends Error {
  readonly code = 'SUPERGRAPH_CONFIG';
  override readonly name = 'SupergraphConfigError';
}

/** Reads Rover's supergraph configuration. Schema files are relative to the file that names them. */
export async function readSupergraphConfig(path: string): Promise<readonly SubgraphEntry[]> {
  const document: unknown = parse(await readFile(path, 'utf8'));
  const subgraphs = member(document, 'subgraphs');
  if (!isRecord(subgraphs) || Object.keys(subgraphs).length === 0) {
    throw new SupergraphConfigError(`${path}: "subgraphs" must name at least one subgraph.`);
  }
  return Object.entries(subgraphs).map(([name, entry]) => {
    const routingUrl = member(entry, 'routing_url');
    const file = member(member(entry, 'schema'), 'file');
    if (typeof routingUrl !== 'string' || !URL.canParse(routingUrl)) {
      throw new SupergraphConfigError(`${path}: subgraph "${name}" needs a "routing_url" that is a URL.`);
    }
    if (typeof file !== 'string') {
      throw new SupergraphConfigError(`${path}: subgraph "${name}" needs "schema.file", the path of its SDL.`);
    }
    return { name, routingUrl, schemaPath: resolve(dirname(path), file) };
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}
