import type { AssertionSigner } from '@swiftcart/identity';
import { createDocumentCache, executeLocally, HEADERS, type LocalSubgraph, type Logger } from '@swiftcart/service';

export interface SimulatorOptions {
  readonly delivery: LocalSubgraph;
  /** Signs as the gateway does, for the simulator's own operator identity. */
  readonly signer: AssertionSigner;
  /** Pause between two rounds; every open delivery takes one step a round. */
  readonly secondsPerStep: number;
  readonly logger: Logger;
}

const QUEUE = `query Queue($after: String) {
  deliveryQueue(filter: { statuses: [PLACED, PACKED, OUT_FOR_DELIVERY] }, first: 100, after: $after) {
    nodes { orderId status sequence rider { id } }
    pageInfo { hasNextPage endCursor }
  }
  riders(isAvailable: true) { id activeDeliveries }
}`;
const UPDATE = `mutation Update($input: UpdateStatusInput!) { updateStatus(input: $input) { hasChanged userErrors { code message } } }`;
const ASSIGN = `mutation Assign($orderId: ID!, $riderId: ID!) { assignRider(orderId: $orderId, riderId: $riderId) { userErrors { code } } }`;

interface QueuePage {
  deliveryQueue: {
    nodes: { orderId: string; status: string; sequence: number; rider: { id: string } | null }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
  riders: { id: string; activeDeliveries: number }[];
}

/** Walks every open delivery one step a round, through the very operations an operator would send. */
export function startDeliverySimulator({
  delivery,
  signer,
  secondsPerStep,
  logger,
}: SimulatorOptions): AsyncDisposable {
  const documents = createDocumentCache(delivery.schema, { max: 10 });
  const operator = { kind: 'user', userId: 'usr_simulator', sessionId: 'ses_simulator', roles: ['OPERATOR'] } as const;
  let isStopped = false;
  let round: Promise<void> = Promise.resolve();

  async function send<Data>(query: string, variables: Record<string, unknown>): Promise<Data> {
    const parsed = documents.read(query);
    if ('errors' in parsed) throw new Error(parsed.errors[0]?.message);
    const headers = {
      [HEADERS.identity]: signer.forViewer(delivery.name, operator),
      [HEADERS.correlationId]: 'simulator',
    };
    const result = await executeLocally(delivery, { document: parsed.document, variables, request: { headers } });
    if (result.errors?.length) throw new Error(result.errors[0]?.message);
    return result.data as Data;
  }

  async function step(
    { orderId, status, sequence, rider }: QueuePage['deliveryQueue']['nodes'][number],
    riders: QueuePage['riders'],
  ) {
    if (status === 'PACKED' && rider === null) {
      const [least] = riders.sort((a, b) => a.activeDeliveries - b.activeDeliveries);
      if (!least) return;
      least.activeDeliveries += 1;
      await send(ASSIGN, { orderId, riderId: least.id });
      return;
    }
    const next = { PLACED: 'PACKED', PACKED: 'OUT_FOR_DELIVERY', OUT_FOR_DELIVERY: 'DELIVERED' }[status];
    // The sequence guards the step: whoever moved the delivery meanwhile keeps his say.
    const note = next === 'DELIVERED' ? { reason: 'Delivered by the simulator' } : {};
    await send(UPDATE, { input: { orderId, status: next, expectedSequence: sequence, ...note } });
  }

  async function playRound(): Promise<void> {
    for (let after: string | null = null; !isStopped; ) {
      const page: QueuePage = await send<QueuePage>(QUEUE, { after });
      for (const each of page.deliveryQueue.nodes) await step(each, page.riders);
      if (!page.deliveryQueue.pageInfo.hasNextPage) return;
      after = page.deliveryQueue.pageInfo.endCursor;
    }
  }

  const timer = setInterval(() => {
    round = round.then(playRound).catch((error: unknown) => logger.warn({ err: error }, 'simulator round failed'));
  }, secondsPerStep * 1_000);
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true;
      clearInterval(timer);
      await round;
    },
  };
}
