import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { codedError } from '@swiftcart/graphql';
import type { Logger } from '@swiftcart/service';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { GraphqlParameters } from './request-parameters.ts';

export interface PersistedOperationSettings {
  /** `prefer` runs unlisted operations and logs them; `only` refuses them. */
  readonly safelist: 'off' | 'prefer' | 'only';
  /** A manifest as `@apollo/generate-persisted-query-manifest` writes it; required unless `off`. */
  readonly manifestPath?: string | undefined;
}

/** Finds the text of an operation that a client sent by hash or id, and holds the safelist. */
export interface PersistedOperations {
  /** Throws GraphQLError PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_ONLY or BAD_USER_INPUT. */
  textOf(parameters: GraphqlParameters, correlationId?: string): string;
}

const manifestShape = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), name: z.string().optional(), body: z.string().min(1) })),
});

const persistedQueryShape = z.object({ version: z.literal(1), sha256Hash: z.string().regex(/^[\w-]{1,128}$/) });

/** Rejects when the manifest cannot be read or is not one. */
export async function createPersistedOperations(
  { safelist, manifestPath }: PersistedOperationSettings,
  logger: Logger,
): Promise<PersistedOperations> {
  const listed = new Map<string, string>();
  if (safelist !== 'off') {
    if (manifestPath === undefined)
      throw new Error(`PERSISTED_OPERATIONS=${safelist} needs PERSISTED_OPERATIONS_PATH.`);
    const manifest = manifestShape.parse(JSON.parse(await readFile(manifestPath, 'utf8')));
    for (const { id, body } of manifest.operations) listed.set(id, body);
  }
  const listedTexts = new Set(listed.values());
  // Automatic: clients fill it, so it is bounded by count and by text.
  const automatic = new LRUCache<string, string>({
    max: 5_000,
    maxSize: 5_000_000,
    sizeCalculation: (text) => text.length,
  });

  function automaticText(hash: string, text: string | undefined): string {
    if (text === undefined) {
      const known = automatic.get(hash);
      // Apollo's clients compare this very message.
      if (known === undefined) throw codedError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
      return known;
    }
    if (createHash('sha256').update(text).digest('hex') !== hash) {
      throw codedError('BAD_USER_INPUT', 'The hash is not that of the query.');
    }
    automatic.set(hash, text);
    return text;
  }

  return {
    textOf({ query, operationName, extensions }, correlationId) {
      const given = extensions['persistedQuery'];
      const persisted = given === undefined ? undefined : persistedQueryShape.safeParse(given);
      const hash = persisted?.success ? persisted.data.sha256Hash : undefined;
      const byId = hash === undefined ? undefined : listed.get(hash);
      if (byId !== undefined && query === undefined) return byId;
      if (safelist !== 'off' && !(query !== undefined && listedTexts.has(query))) {
        const named = correlationId === undefined ? {} : { correlationId };
        logger.warn({ operationName, hash, query: query?.slice(0, 500), ...named }, 'operation is not on the safelist');
        if (safelist === 'only')
          throw codedError('PERSISTED_QUERY_ONLY', 'Only registered operations are answered here.');
      }
      if (hash !== undefined) return automaticText(hash, query);
      if (query === undefined) throw codedError('BAD_USER_INPUT', 'The request has no query.');
      return query;
    },
  };
}
