import { isErrorCode } from '@swiftcart/graphql';
import type { GraphqlReply } from '@swiftcart/testkit';
import { type GraphQLObjectType, getNamedType, isEnumType, isObjectType } from 'graphql';
import type { Reply } from '../support/shop-client.ts';

/** What one answer came to: `accepted`, `nothing` (null), a refusal by its code, or what is wrong with it. */
export interface Verdict {
  readonly outcome: string;
  readonly isRefused: boolean;
  readonly problems: readonly string[];
}

interface WireError {
  readonly message?: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Codes that blame us; nothing was down, so no input may bring one about. */
const OUR_FAULT = new Set(['INTERNAL_SERVER_ERROR', 'SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_TIMEOUT', 'OVERLOADED']);
/** Traces of the inside: stacks, files, addresses, the database's and its driver's own words. */
const LEAK =
  /node_modules|file:\/\/|\.[cm]?[jt]s\b|\n\s+at |127\.0\.0\.1|localhost|ECONN|mongo|E11000|bson|cast to |redis|\/(?:home|work|usr|var|tmp)\//i;

/** Judges an HTTP answer to one root field. */
export function judgeAnswer(reply: GraphqlReply<Reply>, root: GraphQLObjectType, field: string): Verdict {
  const payload = reply.data?.[field] ?? null;
  const status = reply.status >= 500 ? [`HTTP ${reply.status}`] : [];
  const shape = reply.data === null && !reply.errors?.length ? ['neither data nor errors'] : [];
  const userErrors: Reply[] = payload?.userErrors ?? [];
  const problems = [
    ...status,
    ...shape,
    ...problemsOfErrors((reply.errors as readonly WireError[] | undefined) ?? []),
    ...userErrors.flatMap((each) => problemsOfUserError(each, codesOf(root, field))),
  ];
  const topCode = reply.errors?.[0]?.extensions?.['code'];
  if (payload === null && topCode !== undefined) return { outcome: String(topCode), isRefused: true, problems };
  if (userErrors.length > 0) return { outcome: `userErrors ${userErrors[0].code}`, isRefused: true, problems };
  return { outcome: payload === null ? 'nothing' : 'accepted', isRefused: false, problems };
}

/** What is wrong with top-level errors, of an answer or of a stream. */
export function problemsOfErrors(errors: readonly WireError[]): string[] {
  return errors.flatMap(({ message = '', path, extensions = {} }) => {
    const code = extensions['code'];
    const problems =
      isErrorCode(code) && !OUR_FAULT.has(code) ? [] : [`code ${code}: ${message} at ${path?.join('.')}`];
    if (typeof extensions['correlationId'] !== 'string') problems.push(`${code} without a correlation id`);
    return [...problems, ...leaksOf(message)];
  });
}

function problemsOfUserError({ code, message }: Reply, codes: readonly string[]): string[] {
  return [...(codes.includes(code) ? [] : [`userErrors code ${code} is none of ${codes}`]), ...leaksOf(message ?? '')];
}

const leaksOf = (message: string) => (LEAK.test(message) ? [`a message gives away too much: ${message}`] : []);

/** The values of the payload's error enum. */
function codesOf(root: GraphQLObjectType, field: string): readonly string[] {
  const payload = getNamedType(root.getFields()[field]?.type);
  const error = isObjectType(payload) ? getNamedType(payload.getFields()['userErrors']?.type) : undefined;
  const code = error && 'getFields' in error ? getNamedType(error.getFields()['code']?.type) : undefined;
  return isEnumType(code) ? code.getValues().map(({ name }) => name) : [];
}
