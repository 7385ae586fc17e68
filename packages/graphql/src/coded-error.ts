import { GraphQLError } from 'graphql';
import type { ErrorCode } from './error-codes.ts';

/** A top-level error whose code and message are safe to show. Business refusals are `userErrors` instead. */
export function codedError(code: ErrorCode, message: string, extensions: Record<string, unknown> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, code } });
}

/** Nobody is signed in, or the caller could not be identified. */
export function unauthenticated(message = 'Sign in to do this.'): GraphQLError {
  return codedError('UNAUTHENTICATED', message);
}

/** The caller is known and may not do this. */
export function forbidden(message = 'You may not do this.'): GraphQLError {
  return codedError('FORBIDDEN', message);
}

/** An argument breaks a rule that no business refusal covers. `field` is a path from the argument root, e.g. `input.email`. */
export function badUserInput(message: string, field?: string): GraphQLError {
  return codedError('BAD_USER_INPUT', message, field === undefined ? {} : { field });
}
