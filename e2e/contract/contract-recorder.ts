import { readFileSync } from 'node:fs';
import type { GraphqlReply } from '@swiftcart/testkit';
import { createSubscriptionClient, type QueuedStream } from '@swiftcart/testkit';
import {
  buildSchema,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isObjectType,
} from 'graphql';
import { type Reply, type Shopper, shopper } from '../support/shop-client.ts';
import { selectEverything } from './select-everything.ts';

/** Notes which fields of the public schema answered with a value and which codes were received. */
export interface ContractRecorder {
  /** Calls one root field with literal arguments (`(id: "x")` or empty) and everything selectable below it. */
  call(viewer: Shopper, kind: 'query' | 'mutation', field: string, args?: string, depth?: number): Promise<Reply>;
  /** Opens a stream with everything below it; its messages are noted as they are read. */
  stream(viewer: Shopper, url: string, field: string, args: string): RecordedStream;
  /** Notes codes of an answer that was not made through `call`. */
  note(reply: GraphqlReply<Reply>): void;
  /** `Type.field` that never had a value. */
  missingFields(): string[];
  /** `Enum.VALUE` of the error enums, and top-level codes of the given list, that never were received. */
  missingCodes(topLevel: readonly string[]): string[];
}

export interface RecordedStream extends AsyncDisposable {
  next(): Promise<Reply>;
  readonly queue: QueuedStream;
}

const isErrorEnum = (type: GraphQLNamedType) => isEnumType(type) && type.name.endsWith('ErrorCode');

export function createContractRecorder(): ContractRecorder {
  const schema = buildSchema(readFileSync(new URL('../../gateway/schema.graphql', import.meta.url), 'utf8'));
  const seenFields = new Set<string>();
  const seenCodes = new Set<string>();

  function noteValue(type: GraphQLNamedType, value: unknown): void {
    if (Array.isArray(value)) {
      for (const each of value) noteValue(type, each);
      return;
    }
    if (typeof value !== 'object' || value === null || !isObjectType(type)) return;
    for (const [name, inner] of Object.entries(value)) {
      const field = type.getFields()[name];
      if (field === undefined || inner === null || inner === undefined) continue;
      const innerType = getNamedType(field.type);
      seenFields.add(`${type.name}.${name}`);
      if (isErrorEnum(innerType)) seenCodes.add(`${innerType.name}.${inner}`);
      noteValue(innerType, inner);
    }
  }

  function note(
    reply: { data?: unknown; errors?: readonly { extensions?: Record<string, unknown> }[] | undefined },
    root?: GraphQLObjectType,
  ) {
    for (const { extensions } of reply.errors ?? []) seenCodes.add(String(extensions?.['code']));
    if (root) noteValue(root, reply.data);
  }

  const rootOf = (kind: string) => requireRoot(schema, kind);
  const operation = (kind: string, field: string, args: string, depth: number) => {
    const definition = rootOf(kind).getFields()[field];
    if (definition === undefined) throw new Error(`${kind} ${field} is not in the schema`);
    return `${kind} Contract { ${field}${args} ${selectEverything(getNamedType(definition.type), depth)} }`;
  };

  return {
    async call(viewer, kind, field, args = '', depth = 4) {
      const reply = await viewer.ask(operation(kind, field, args, depth));
      note(reply, rootOf(kind));
      return reply.data?.[field] ?? null;
    },
    stream(viewer, url, field, args) {
      const client = createSubscriptionClient(url, { connectionParams: { ...viewer.headers } });
      const queue = client.subscribe(operation('subscription', field, args, 3));
      return {
        queue,
        async next() {
          const message = await queue.next(10_000);
          note(message, rootOf('subscription'));
          return (message.data as Reply)?.[field];
        },
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      };
    },
    note: (reply) => note(reply),
    missingFields() {
      const all = Object.values(schema.getTypeMap()).flatMap((type) =>
        isObjectType(type) && !type.name.startsWith('__')
          ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
          : [],
      );
      return all.filter((each) => !seenFields.has(each));
    },
    missingCodes(topLevel) {
      const enums = Object.values(schema.getTypeMap()).flatMap((type) =>
        isEnumType(type) && isErrorEnum(type) ? type.getValues().map(({ name }) => `${type.name}.${name}`) : [],
      );
      return [...enums, ...topLevel].filter((code) => !seenCodes.has(code));
    },
  };
}

function requireRoot(schema: GraphQLSchema, kind: string): GraphQLObjectType {
  const root = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  }[kind];
  if (!root) throw new Error(`the schema has no ${kind}`);
  return root;
}

/** Signs a viewer in through the recorder's eyes; undefined headers make a guest. */
export const guest = (url: string, cartToken?: string): Shopper =>
  shopper(url, cartToken ? { 'x-cart-token': cartToken } : {});
