import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { composeServices } from '@apollo/composition';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { GraphQLError, lexicographicSortSchema, parse, printSchema } from 'graphql';
import type { SubgraphEntry } from './read-supergraph-config.ts';

/** What composition writes: the supergraph the gateway runs, and the API schema its clients see. Both end in a newline. */
export interface Composition {
  readonly supergraphSdl: string;
  readonly apiSdl: string;
}

/** Composition refused. `problems` has a line each: `subgraph file:line:column CODE message`. */
export class CompositionError extends Error {
  readonly code = 'COMPOSITION_FAILED';
  override readonly name = 'CompositionError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The supergraph does not compose:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Composes the subgraphs' schema files. Throws CompositionError, which names subgraph and place of each problem. */
export async function composeSupergraph(entries: readonly SubgraphEntry[]): Promise<Composition> {
  const problems: string[] = [];
  const services = [];
  for (const entry of entries) {
    const sdl = await readFile(entry.schemaPath, 'utf8');
    try {
      services.push({ name: entry.name, url: entry.routingUrl, typeDefs: parse(sdl) });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const [place] = error.locations ?? [];
      problems.push(`${entry.name} ${shown(entry)}:${place?.line}:${place?.column} SYNTAX ${error.message}`);
    }
  }
  if (problems.length > 0) throw new CompositionError(problems);

  const result = composeServices(services);
  if (result.errors) throw new CompositionError(result.errors.map((error) => describe(error, entries)));
  const supergraph = Supergraph.build(result.supergraphSdl, {
    // Those a gateway must enforce are among them: ours does.
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  });
  const api = lexicographicSortSchema(supergraph.apiSchema().toGraphQLJSSchema());
  return { supergraphSdl: `${result.supergraphSdl.trim()}\n`, apiSdl: `${printSchema(api).trim()}\n` };
}

function describe(error: GraphQLError, entries: readonly SubgraphEntry[]): string {
  const code = error.extensions['code'] ?? 'UNKNOWN';
  const nodes = error.nodes ?? [];
  const places = nodes.flatMap((node) => {
    // Composition tags each AST node with its subgraph; graphql's own type does not know the tag.
    const name = (node as { subgraph?: string }).subgraph;
    const entry = entries.find((candidate) => candidate.name === name);
    return entry && node.loc
      ? [`${name} ${shown(entry)}:${node.loc.startToken.line}:${node.loc.startToken.column}`]
      : [];
  });
  return `${places.length > 0 ? `${places.join(', ')} ` : ''}${code} ${error.message}`;
}

/** The schema file as an editor's terminal can open it. */
const shown = ({ schemaPath }: SubgraphEntry) => relative(process.cwd(), schemaPath);
