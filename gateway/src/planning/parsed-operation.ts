import { codedError } from '@swiftcart/graphql';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import type { Graph } from '../composition/load-graph.ts';
import { withDirectiveDefaults } from './directive-defaults.ts';

/** A client's document, parsed and valid against one graph, with the operation that will run. */
export interface ParsedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** A document that cannot run, with the errors to answer. */
export class OperationRefusedError extends Error {
  override readonly name = 'OperationRefusedError';
  readonly errors: readonly GraphQLError[];
  constructor(errors: readonly GraphQLError[]) {
    super(errors.map((error) => error.message).join('; '));
    this.errors = errors;
  }
}

/** Parses client text. `maxTokens` bounds the work: a parser is the first thing that hostile text meets. */
export function parseOperation(text: string, maxTokens: number): DocumentNode {
  try {
    return parse(text, { maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const code = error.message.includes('tokens. Parsing aborted') ? 'OPERATION_TOO_LARGE' : 'GRAPHQL_PARSE_FAILED';
    throw new OperationRefusedError([withCode(error, code)]);
  }
}

/** Validates a document and picks the operation to run. Throws OperationRefusedError. */
export function validateOperation(
  graph: Graph,
  document: DocumentNode,
  operationName: string | undefined,
  { maxValidationErrors: maxErrors, introspection }: { maxValidationErrors: number; introspection: boolean },
): ParsedOperation {
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const errors = validationErrors(graph, document, rules, maxErrors);
  if (errors.length > 0) {
    // The last one only says that validation stopped.
    const reported = errors.slice(0, maxErrors).map((error) => (introspection ? error : withoutSuggestion(error)));
    throw new OperationRefusedError(reported.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
  }
  return pickOperation(withDirectiveDefaults(graph.schema, document), operationName);
}

function validationErrors(
  graph: Graph,
  document: DocumentNode,
  rules: readonly ValidationRule[],
  maxErrors: number,
): readonly GraphQLError[] {
  try {
    return validate(graph.schema, document, rules, { maxErrors });
  } catch (error) {
    // A condition with a variable at the root of a subscription makes graphql-js throw where it should report.
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** Picks the operation that a request names, or the only one. Throws OperationRefusedError. */
export function pickOperation(document: DocumentNode, operationName: string | undefined): ParsedOperation {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  const named = operations.filter((node) => operationName === undefined || node.name?.value === operationName);
  const [operation] = named;
  if (operation === undefined || named.length > 1) {
    const message =
      operation === undefined
        ? `The document has no operation${operationName === undefined ? '' : ` named ${JSON.stringify(operationName)}`}.`
        : 'The document has several operations: say which with operationName.';
    throw new OperationRefusedError([codedError('BAD_USER_INPUT', message)]);
  }
  return { document, operation, fragments };
}

/** "Did you mean" reads the schema out to whoever guesses, one word at a time. */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(/ Did you mean .*$/, '');
  return new GraphQLError(message, { nodes: error.nodes ?? null, source: error.source, positions: error.positions });
}

function withCode(
  error: GraphQLError,
  code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'OPERATION_TOO_LARGE',
): GraphQLError {
  return new GraphQLError(error.message, {
    ...(error.nodes ? { nodes: error.nodes } : {}),
    source: error.source,
    positions: error.positions,
    extensions: { code },
  });
}
