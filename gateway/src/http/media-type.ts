/** The two media types a GraphQL answer may have (GraphQL-over-HTTP). */
export type AnswerMediaType = 'application/graphql-response+json' | 'application/json';

/** Picks the answer's media type from the Accept header; undefined when the client takes neither. No header means JSON. */
export function answerMediaType(accept: string | undefined): AnswerMediaType | undefined {
  if (accept === undefined || accept.trim() === '') return 'application/json';
  let best: { type: AnswerMediaType; quality: number } | undefined;
  for (const part of accept.split(',')) {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const charset = parameters.find((text) => text.startsWith('charset='))?.slice('charset='.length);
    if (charset !== undefined && charset !== 'utf-8') continue;
    const type = mediaTypeOf(range);
    const quality = qualityOf(parameters);
    if (type !== undefined && quality > (best?.quality ?? 0)) best = { type, quality };
  }
  return best?.type;
}

function mediaTypeOf(range: string): AnswerMediaType | undefined {
  if (range === 'application/graphql-response+json') return range;
  return ['application/json', 'application/*', '*/*'].includes(range) ? 'application/json' : undefined;
}

function qualityOf(parameters: readonly string[]): number {
  const text = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const quality = Number(text ?? 1);
  return Number.isFinite(quality) ? quality : 0;
}
