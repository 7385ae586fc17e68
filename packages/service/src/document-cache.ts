import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';

/** A query text that was read: its document, or why it cannot run, with GRAPHQL_PARSE_FAILED or GRAPHQL_VALIDATION_FAILED. */
export type ParsedQuery = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLFormattedError[] };

export interface DocumentCache {
  read(query: string): ParsedQuery;
}

/**
 * Parses and validates each query text once. Bounded by count and by text, because clients may send any number of
 * different texts; refused texts are not kept, so an attacker cannot push out good ones that way.
 */
export function createDocumentCache(
  schema: GraphQLSchema,
  { max = 1_000, maxCharacters = 4_000_000 } = {},
): DocumentCache {
  const documents = new LRUCache<string, { document: DocumentNode }>({
    max,
    maxSize: maxCharacters,
    sizeCalculation: (_document, query) => query.length || 1,
  });
  return {
    read(query) {
      const known = documents.get(query);
      if (known !== undefined) return known;
      const parsed = parseAndValidate(schema, query);
      if ('document' in parsed) documents.set(query, parsed);
      return parsed;
    },
  };
}

function parseAndValidate(schema: GraphQLSchema, query: string): ParsedQuery {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: 50_000 });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { errors: [withCode(error, 'GRAPHQL_PARSE_FAILED')] };
  }
  const errors = validate(schema, document);
  return errors.length === 0
    ? { document }
    : { errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
}

function withCode(error: GraphQLError, code: string): GraphQLFormattedError {
  return { ...error.toJSON(), extensions: { ...error.extensions, code } };
}
