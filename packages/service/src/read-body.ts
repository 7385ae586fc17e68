import type { IncomingMessage } from 'node:http';

/** The request's body cannot be taken; `status` is the HTTP answer, the message is safe to show. */
export class BodyError extends Error {
  readonly code = 'BODY_REFUSED';
  readonly status: 400 | 413 | 415;
  constructor(status: BodyError['status'], message: string) {
    super(message);
    this.name = 'BodyError';
    this.status = status;
  }
}

/** The whole body. Throws BodyError 413 past `maxBytes` (however it is framed) and 415 for compressed bodies, which hide their size. */
export async function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new BodyError(415, 'Compressed bodies are not accepted.');
  if (declaredLength(req) > maxBytes) throw tooLarge(maxBytes);

  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof BodyError) throw error;
    throw new BodyError(400, 'The request ended early.');
  }
  return Buffer.concat(chunks, length);
}

/** A JSON body. Throws BodyError, 400 when it is not JSON in UTF-8. */
export async function readJsonBody(req: IncomingMessage, maxBytes: number): Promise<unknown> {
  const body = await readBody(req, maxBytes);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new BodyError(400, 'The body is not valid JSON.');
  }
}

/** What Content-Length promises; 0 when it is absent. */
export function declaredLength(req: IncomingMessage): number {
  return Number(req.headers['content-length'] ?? 0);
}

function tooLarge(maxBytes: number): BodyError {
  return new BodyError(413, `The body may have at most ${maxBytes} bytes.`);
}
