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

  return new Promise((resolve, reject) => {
    // Listeners rather than `for await`: for bodies of a kilobyte the iterator costs more than the body.
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (act: () => void) => {
      req.off('data', onData);
      req.off('end', onEnd);
      req.off('error', onEarlyEnd);
      req.off('close', onEarlyEnd);
      act();
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else settle(() => reject(tooLarge(maxBytes)));
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks, length)));
    const onEarlyEnd = () => settle(() => reject(new BodyError(400, 'The request ended early.')));
    req.on('data', onData);
    req.once('end', onEnd);
    req.once('error', onEarlyEnd);
    req.once('close', onEarlyEnd);
  });
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
