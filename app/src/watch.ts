// `npm run watch [-- URL]`: signs in as the demo operator and prints every delivery's changes as they happen.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const url = process.argv[2] ?? 'http://127.0.0.1:4000/graphql';
const credentials = {
  email: process.env['WATCH_EMAIL'] ?? 'operator@swiftcart.test',
  password: process.env['WATCH_PASSWORD'] ?? process.env['DEMO_PASSWORD'] ?? 'swiftcart-demo-1',
};

const LOGIN = `mutation Login($email: String!, $password: String!) {
  login(input: { email: $email, password: $password }) { session { accessToken } userErrors { message } }
}`;
const CHANGES = `subscription Changes {
  deliveryQueueChanged { event { sequence kind to occurredAt } deliveryStatus { orderId order { number customer { name } } } }
}`;

interface LoginReply {
  data?: { login: { session: { accessToken: string } | null; userErrors: { message: string }[] } } | null;
  errors?: { message: string }[];
}
interface Changes {
  deliveryQueueChanged: {
    event: { sequence: number; kind: string; to: string; occurredAt: string };
    deliveryStatus: { orderId: string; order: { number: string; customer: { name: string } | null } | null };
  };
}

async function signIn(): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: LOGIN, variables: credentials }),
  });
  const reply = (await response.json()) as LoginReply;
  const token = reply.data?.login.session?.accessToken;
  if (token !== undefined) return token;
  throw new Error(reply.data?.login.userErrors[0]?.message ?? reply.errors?.[0]?.message ?? 'no session');
}

try {
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    // Called at each connection: after a token's end the next socket comes with a new one.
    connectionParams: async () => ({ authorization: `Bearer ${await signIn()}` }),
    retryAttempts: Number.POSITIVE_INFINITY,
  });
  await signIn();
  console.log(`watching ${url} as ${credentials.email}`);
  for await (const { data, errors } of client.iterate<Changes>({ query: CHANGES })) {
    if (errors) console.error(errors.map(({ message }) => message).join('; '));
    if (!data) continue;
    const { event, deliveryStatus } = data.deliveryQueueChanged;
    const who = deliveryStatus.order
      ? `${deliveryStatus.order.number}, ${deliveryStatus.order.customer?.name ?? '–'}`
      : '';
    console.log(`${event.occurredAt}  ${deliveryStatus.orderId}  ${event.sequence}  ${event.kind} ${event.to}  ${who}`);
  }
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  console.error(`cannot watch ${url}: ${error instanceof Error ? error.message : 'the connection closed'}${cause}`);
  process.exitCode = 1;
}
