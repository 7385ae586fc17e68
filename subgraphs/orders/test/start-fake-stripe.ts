import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A PaymentIntent as Stripe's API shows it, as far as we use it. */
export interface Intent {
  id: string;
  object: 'payment_intent';
  amount: number;
  currency: string;
  status: string;
  client_secret: string;
  metadata: Record<string, string>;
  last_payment_error: { message: string } | null;
}

/** What happens to the next request of that kind: the answer is lost after the work, an error before it, nonsense, or JSON about something else. */
export type Fault = 'lost' | 'error500' | 'garbage' | 'otherJson';

export interface FakeStripe extends AsyncDisposable {
  readonly url: string;
  readonly intents: Map<string, Intent>;
  readonly refunds: { payment_intent: string; amount: number }[];
  /** By the last part of the path: `payment_intents`, `confirm`, `cancel`, `refunds`. */
  readonly faults: Map<string, Fault[]>;
  /** How often money was taken, by intent. */
  readonly captures: Map<string, number>;
}

/** A server that speaks the part of Stripe's HTTP protocol that we use: form bodies, idempotency keys, its errors. */
export async function startFakeStripe(): Promise<FakeStripe> {
  const intents = new Map<string, Intent>();
  const refunds: { payment_intent: string; amount: number }[] = [];
  const faults = new Map<string, Fault[]>();
  const captures = new Map<string, number>();
  const replays = new Map<string, { status: number; body: unknown }>();

  const capture = (intent: Intent): void => {
    intent.status = 'succeeded';
    captures.set(intent.id, (captures.get(intent.id) ?? 0) + 1);
  };
  const failure = (status: number, type: string, code: string, message: string) => ({
    status,
    body: { error: { type, code, message } },
  });

  function work(method: string, path: readonly string[], form: URLSearchParams): { status: number; body: unknown } {
    const [resource, id, action] = path;
    if (resource === 'refunds') return refund(form);
    if (!id) {
      const intent: Intent = {
        id: `pi_${randomBytes(8).toString('hex')}`,
        object: 'payment_intent',
        amount: Number(form.get('amount')),
        currency: form.get('currency') ?? '',
        status: 'requires_payment_method',
        client_secret: `secret_${randomBytes(8).toString('hex')}`,
        metadata: { orderId: form.get('metadata[orderId]') ?? '' },
        last_payment_error: null,
      };
      intents.set(intent.id, intent);
      return { status: 200, body: { ...intent } };
    }
    const intent = intents.get(id);
    if (!intent) return failure(404, 'invalid_request_error', 'resource_missing', `No such payment_intent: ${id}`);
    if (method === 'GET') return { status: 200, body: { ...intent } };
    if (action === 'confirm') return confirm(intent, form.get('payment_method') ?? '');
    if (intent.status === 'succeeded' || intent.status === 'canceled') {
      return failure(400, 'invalid_request_error', 'payment_intent_unexpected_state', `It is ${intent.status}.`);
    }
    if (action === 'cancel') intent.status = 'canceled';
    if (action === 'capture') capture(intent);
    return { status: 200, body: { ...intent } };
  }

  function confirm(intent: Intent, paymentMethod: string): { status: number; body: unknown } {
    if (intent.status !== 'requires_payment_method') {
      return failure(400, 'invalid_request_error', 'payment_intent_unexpected_state', `It is ${intent.status}.`);
    }
    if (paymentMethod === 'pm_card_chargeDeclined') {
      intent.last_payment_error = { message: 'Your card was declined.' };
      return failure(402, 'card_error', 'card_declined', 'Your card was declined.');
    }
    if (paymentMethod === 'pm_card_authenticationRequired') intent.status = 'requires_action';
    else if (paymentMethod === 'pm_card_manual') intent.status = 'requires_capture';
    else capture(intent);
    return { status: 200, body: { ...intent } };
  }

  function refund(form: URLSearchParams): { status: number; body: unknown } {
    const intent = intents.get(form.get('payment_intent') ?? '');
    const amount = Number(form.get('amount'));
    const given = refunds.filter((row) => row.payment_intent === intent?.id).reduce((sum, row) => sum + row.amount, 0);
    if (intent?.status !== 'succeeded' || given + amount > intent.amount) {
      return failure(400, 'invalid_request_error', 'charge_already_refunded', 'Nothing left to refund.');
    }
    refunds.push({ payment_intent: intent.id, amount });
    return { status: 200, body: { id: `re_${refunds.length}`, object: 'refund', amount, status: 'succeeded' } };
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const path = (req.url ?? '').replace(/^\/v1\//, '').split('/');
    const key = req.headers['idempotency-key'];
    const fault = faults.get(path.at(-1) ?? '')?.shift();
    if (fault === 'error500') return respond(res, 500, { error: { type: 'api_error', message: 'Oops' } });
    const replay = typeof key === 'string' ? replays.get(key) : undefined;
    const done = replay ?? work(req.method ?? '', path, new URLSearchParams(Buffer.concat(chunks).toString()));
    if (typeof key === 'string') replays.set(key, done);
    if (fault === 'lost') {
      await sleep(3_000, undefined, { ref: false });
      res.destroy();
      return;
    }
    if (replay) res.setHeader('idempotent-replayed', 'true');
    if (fault === 'garbage') return void res.writeHead(200).end('<html>maintenance</html>');
    if (fault === 'otherJson') return respond(res, 200, { object: 'balance', available: [] });
    respond(res, done.status, done.body);
  }

  const server = createServer((req, res) => void answer(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    intents,
    refunds,
    faults,
    captures,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function respond(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
