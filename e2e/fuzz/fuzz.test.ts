import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createSubscriptionClient } from '@swiftcart/testkit';
import fc from 'fast-check';
import { buildSchema, type GraphQLField, type GraphQLObjectType, getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectEverything } from '../contract/select-everything.ts';
import type { Reply } from '../support/shop-client.ts';
import { type StartedShop, startShop } from '../support/start-shop.ts';
import { type CallerName, callerNames, type FuzzStage, openFuzzStage } from './fuzz-stage.ts';
import { hostileArguments } from './hostile-arguments.ts';
import { judgeAnswer, problemsOfErrors } from './judge-answer.ts';
import { createTally } from './tally.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const runsPerMutation = Number(process.env['FUZZ_RUNS'] ?? 20);
const runsPerRead = Math.ceil(runsPerMutation * 0.8);

/** Decided row by row, or kept although the money was refused: their refusals may come with a change. */
const PARTLY_DONE = new Set(['adjustStock', 'bulkUpdateStatus', 'mergeCart', 'placeOrder', 'reorder', 'retryPayment']);

const schema = buildSchema(readFileSync(new URL('../../gateway/schema.graphql', import.meta.url), 'utf8'));
const rootOf = (kind: 'Query' | 'Mutation' | 'Subscription') => schema.getType(kind) as GraphQLObjectType;
type Field = GraphQLField<unknown, unknown>;

const mutations = Object.values(rootOf('Mutation').getFields());
const withArguments = (type: GraphQLObjectType) =>
  Object.values(type.getFields()).filter(({ args }) => args.length > 0);

/** Fields below the root that take arguments, and the way to their type. */
const WAY_TO: Readonly<Record<string, string>> = { User: 'me', Category: 'categories' };
const nested = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('__') && !['Query', 'Mutation', 'Subscription'].includes(name))
  .flatMap((type) => withArguments(type).map((field) => ({ name: `${type.name}.${field.name}`, type, field })));

const declare = (field: Field) =>
  field.args.length === 0 ? '' : `(${field.args.map(({ name, type }) => `$${name}: ${type}`).join(', ')})`;
const call = (field: Field, depth: number) => {
  const given = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  return `${field.name}${given === '' ? '' : `(${given})`} ${selectEverything(getNamedType(field.type), depth)}`;
};

describe('types right, values hostile', () => {
  let directory: string;
  let shop: StartedShop;
  let stage: FuzzStage;
  let untouchable: Reply;
  const tally = createTally();

  beforeAll(async () => {
    console.info(`fuzz: FUZZ_SEED=${seed}`);
    directory = await mkdtemp(join(tmpdir(), 'swiftcart-fuzz-'));
    // Room for 100 kB strings: with the usual limits only the gateway would ever see them.
    shop = await startShop('in-process', directory, {
      ...{ MAX_BODY_BYTES: '2000000', SOCKET_MAX_MESSAGE_BYTES: '2000000', RIDER_MAX_ACTIVE: '100' },
    });
    stage = await openFuzzStage(shop.url);
    untouchable = await stage.totals.readUntouchable();
  });
  afterAll(async () => {
    console.info(tally.report(seed));
    await shop?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const casesOf = (field: Field) =>
    fc
      .constantFrom(...callerNames)
      .chain((caller) =>
        hostileArguments(field, stage.knownFor(caller)).map((variables) => ({ caller, variables }) as const),
      );

  /** One call; a caller whose session an earlier one has ended signs in again first. */
  async function ask(name: CallerName, text: string, variables: Record<string, unknown>) {
    const reply = await stage.caller(name).ask(text, variables);
    if (name === 'anonymous' || reply.errors?.[0]?.extensions?.['code'] !== 'UNAUTHENTICATED') return reply;
    await stage.renew(name);
    return stage.caller(name).ask(text, variables);
  }

  /** Runs generated cases one after the other; the smallest one that has problems is the test's failure. */
  async function requireNoProblems(
    field: Field,
    runs: number,
    problemsOf: (caller: CallerName, variables: Record<string, unknown>) => Promise<readonly string[]>,
  ) {
    let found: readonly string[] = [];
    const property = fc.asyncProperty(casesOf(field), async ({ caller, variables }) => {
      const problems = await problemsOf(caller, variables);
      if (problems.length > 0) found = problems;
      return problems.length === 0;
    });
    const result = await fc.check(property, { seed, numRuns: runs });
    if (result.failed) {
      const smallest = fc.stringify(result.counterexample).slice(0, 1_500);
      throw new Error(
        `FUZZ_SEED=${seed} ${smallest}\n${found.join('\n').slice(0, 2_000)}\n${result.errorInstance ?? ''}`,
      );
    }
    expect(shop.child.exitCode, 'the shop runs').toBeNull();
    expect(await stage.totals.readUntouchable(), 'what nobody may touch').toEqual(untouchable);
  }

  it.each(mutations)(
    'Mutation.$name answers with success or a coded refusal, and a refusal changes nothing',
    async (field) => {
      await stage.prepareFor([field]);
      const text = `mutation Fuzz${declare(field)} { ${call(field, 2)} }`;
      let before: Reply;
      let beforeOf: CallerName | undefined;
      await requireNoProblems(field, field.args.length === 0 ? 5 : runsPerMutation, async (name, variables) => {
        const { totals } = stage;
        if (beforeOf !== name) before = await totals.readSettledTargets(stage.caller(name));
        beforeOf = name;
        const session = stage.caller(name);
        const reply = await ask(name, text, variables);
        const verdict = judgeAnswer(reply, rootOf('Mutation'), field.name);
        tally.add('mutation', name, verdict.outcome);
        if (!verdict.isRefused || PARTLY_DONE.has(field.name) || stage.caller(name) !== session) {
          beforeOf = undefined;
          return verdict.problems;
        }
        const after = await totals.readTargets(session);
        if (isDeepStrictEqual(after, before)) return verdict.problems;
        beforeOf = undefined;
        return [
          ...verdict.problems,
          `${verdict.outcome} changed\n${JSON.stringify(before)} to\n${JSON.stringify(after)}`,
        ];
      });
    },
  );

  it.each(withArguments(rootOf('Query')))('Query.$name answers with data or a coded refusal', async (field) => {
    const text = `query Fuzz${declare(field)} { ${call(field, 3)} }`;
    await requireNoProblems(field, runsPerRead, async (name, variables) => {
      const { outcome, problems } = judgeAnswer(await ask(name, text, variables), rootOf('Query'), field.name);
      tally.add('query', name, outcome);
      return problems;
    });
  });

  it.each(nested)('$name answers with data or a coded refusal', async ({ type, field }) => {
    const way = WAY_TO[type.name];
    if (way === undefined) throw new Error(`say how to reach ${type.name}, whose field ${field.name} takes arguments`);
    const text = `query Fuzz${declare(field)} { ${way} { ${call(field, 2)} } }`;
    await requireNoProblems(field, runsPerRead, async (name, variables) => {
      const { outcome, problems } = judgeAnswer(await ask(name, text, variables), rootOf('Query'), way);
      tally.add('query', name, outcome);
      return problems;
    });
  });

  it.each(withArguments(rootOf('Subscription')))('Subscription.$name streams or ends with a code', async (field) => {
    const text = `subscription Fuzz${declare(field)} { ${call(field, 2)} }`;
    const cases = fc.sample(casesOf(field), { seed, numRuns: runsPerRead });
    const found = await Promise.all(
      cases.map(async ({ caller, variables }) => {
        await using sockets = createSubscriptionClient(shop.socketUrl, {
          connectionParams: { ...stage.caller(caller).headers },
        });
        const first = await sockets
          .subscribe(text, variables)
          .next(1_000)
          .catch((error: Error) => error);
        // Silence is an answer: a stream waits for its order, and a queue for something to happen.
        const errors: Reply[] =
          first instanceof Error ? ((first.cause as Reply[] | undefined) ?? []) : ((first.errors as Reply) ?? []);
        if (!Array.isArray(errors)) return [`the socket closed: ${JSON.stringify(errors)}`];
        tally.add(
          'subscription',
          caller,
          errors[0]?.extensions?.code ?? (first instanceof Error ? 'waiting' : 'accepted'),
        );
        return problemsOfErrors(errors).map((problem) => `${problem} for ${JSON.stringify(variables).slice(0, 500)}`);
      }),
    );
    expect(found.flat()).toEqual([]);
    expect(shop.child.exitCode, 'the shop runs').toBeNull();
  });

  it('logged no crash, no unhandled rejection and no error that it did not expect', () => {
    const bad = shop
      .output()
      .split('\n')
      .filter((line) => /unhandled|uncaught|unexpected error|fatal|"level":(50|60)/i.test(line));
    expect(bad.slice(0, 5)).toEqual([]);
  });
});
