// Subgraphs that answer from memory: each request body gets the reply that was recorded for it. What is not recorded is
// asked of the real subgraph while recording, and counted as a miss afterwards.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAssertionSigner, keyPairFromPem, type Viewer } from '@swiftcart/identity';

/** What the recorder needs to know; in the environment as JSON. */
export interface CannedOptions {
  /** Where the real subgraphs are, by name. */
  readonly upstreams: Readonly<Record<string, string>>;
  /** Signs for `viewer` while recording. */
  readonly servicePrivateKey: string;
  readonly viewer: Viewer;
  /** Served at `/jwks`, for the gateway that checks tokens. */
  readonly jwks: object;
}

/** What recording gave. */
export interface CannedStatistics {
  readonly recorded: number;
  readonly misses: number;
  readonly longestReplyBytes: number;
  /** Most representations that one request sent, and how many of those were different, by path. */
  readonly representations: Readonly<Record<string, { sent: number; distinct: number }>>;
}

const options = JSON.parse(process.env['CANNED_OPTIONS'] ?? '{}') as CannedOptions;
const signer = createAssertionSigner({ keyPair: keyPairFromPem(options.servicePrivateKey), issuer: 'gateway' });
const replies = new Map<string, Buffer>();
const representations: Record<string, { sent: number; distinct: number }> = {};
const jwks = Buffer.from(JSON.stringify(options.jwks));
let isRecording = true;
let misses = 0;

async function read(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function record(path: string, key: string, body: string): Promise<Buffer> {
  const name = path.slice('/graphql/'.length);
  const response = await fetch(options.upstreams[name] ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-swiftcart-identity': signer.forViewer(name, options.viewer) },
    body,
  });
  const text = await response.text();
  if (!response.ok || text.includes('"errors":['))
    throw new Error(`${name} refused ${body.slice(0, 300)}: ${text.slice(0, 300)}`);
  const reply = Buffer.from(text);
  replies.set(key, reply);
  const sent = (JSON.parse(body) as { variables?: { representations?: object[] } }).variables?.representations;
  if (sent !== undefined && sent.length > (representations[path]?.sent ?? 0)) {
    representations[path] = { sent: sent.length, distinct: new Set(sent.map((each) => JSON.stringify(each))).size };
  }
  return reply;
}

const server = createServer(async (req, res) => {
  if (req.url === '/jwks') {
    res.writeHead(200, { 'content-type': 'application/json' }).end(jwks);
    return;
  }
  const path = req.url ?? '';
  const body = await read(req);
  const key = `${path}\n${body}`;
  let reply = replies.get(key);
  try {
    if (reply === undefined && isRecording) reply = await record(path, key, body);
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
  }
  if (reply === undefined) {
    misses += 1;
    res.writeHead(500).end();
    return;
  }
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length }).end(reply);
});
server.keepAliveTimeout = 600_000;

process.on('message', (message: { replayOnly?: true }) => {
  if (message.replayOnly) isRecording = false;
  const longestReplyBytes = Math.max(0, ...[...replies.values()].map(({ length }) => length));
  process.send?.({ recorded: replies.size, misses, longestReplyBytes, representations } satisfies CannedStatistics);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`canned ${(server.address() as AddressInfo).port}\n`));
