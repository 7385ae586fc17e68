import { describe, expect, it } from 'vitest';
import { ConfigError, createEnvReader, createMetrics } from '../src/index.ts';
import { recordingLogger } from './log-lines.ts';

describe('env reader', () => {
  it('gives defaults for absent and empty variables', () => {
    const env = createEnvReader({ EMPTY: '', BLANK: '  ' });
    expect(env.string('NAME', { default: 'x' })).toBe('x');
    expect(env.string('EMPTY', { default: 'x' })).toBe('x');
    expect(env.optionalString('BLANK')).toBeUndefined();
    expect(env.integer('LIMIT', { default: 5 })).toBe(5);
    expect(env.flag('FLAG', { default: true })).toBe(true);
    expect(env.url('URL', { default: 'http://a' })).toBe('http://a');
    expect(env.optionalUrl('URL')).toBeUndefined();
    expect(env.list('LIST', { default: ['a'] })).toEqual(['a']);
    expect(() => env.assertValid()).not.toThrow();
  });

  it.each([
    ['1', true],
    ['ON', true],
    ['yes', true],
    ['true', true],
    ['0', false],
    ['Off', false],
    ['no', false],
    ['false', false],
  ])('reads the flag %s as %s', (text, flag) => {
    expect(createEnvReader({ FLAG: text }).flag('FLAG', { default: !flag })).toBe(flag);
  });

  it('reads numbers, URLs and lists as written', () => {
    const env = createEnvReader({ N: ' -12 ', U: 'redis://h:1/0', L: ' a, ,b,' });
    expect(env.integer('N', { default: 0 })).toBe(-12);
    expect(env.url('U', { protocols: ['redis', 'rediss'] })).toBe('redis://h:1/0');
    expect(env.list('L')).toEqual(['a', 'b']);
  });

  it.each([
    [
      'a number with a unit',
      (env: ReturnType<typeof createEnvReader>) => env.integer('V', { default: 1 }),
      '10s',
      'must be a whole number',
    ],
    ['a fraction', (env) => env.integer('V', { default: 1 }), '1.5', 'must be a whole number'],
    ['hexadecimal', (env) => env.integer('V', { default: 1 }), '0x10', 'must be a whole number'],
    ['too small', (env) => env.integer('V', { default: 5, min: 1 }), '0', 'must be at least 1'],
    ['too large', (env) => env.integer('V', { default: 5, max: 9 }), '10', 'must be at most 9'],
    ['no flag', (env) => env.flag('V', { default: true }), 'maybe', 'must be one of on, off'],
    ['no URL', (env) => env.url('V'), 'localhost', 'must be a URL'],
    [
      'the wrong protocol',
      (env) => env.optionalUrl('V', { protocols: ['https'] }),
      'http://a',
      'must be a URL starting with https',
    ],
    ['none of the choices', (env) => env.string('V', { oneOf: ['a', 'b'] }), 'c', 'must be one of a, b'],
    ['too short', (env) => env.string('V', { minLength: 8 }), 'short', 'must have at least 8 characters'],
  ] satisfies [string, (env: ReturnType<typeof createEnvReader>) => unknown, string, string][])(
    'stops at %s instead of taking the default silently',
    (_what, read, text, message) => {
      const env = createEnvReader({ V: text });
      read(env);
      expect(() => env.assertValid()).toThrow(ConfigError);
      expect(() => env.assertValid()).toThrow(`V ${message}`);
    },
  );

  it('names everything that is missing at once, and contradictions', () => {
    const env = createEnvReader({});
    env.string('MONGODB_URI');
    env.list('KEYS');
    env.problem('RATE_LIMITS=off is refused while NODE_ENV=production');
    expect(() => env.assertValid()).toThrow(
      'MONGODB_URI is required\nKEYS is required\nRATE_LIMITS=off is refused while NODE_ENV=production',
    );
  });
});

describe('logger', () => {
  it('blots out secrets and keeps error codes', () => {
    const { logger, lines, text } = recordingLogger();
    logger.info(
      {
        authorization: 'Bearer s3cret',
        headers: { cookie: 's3cret', 'x-swiftcart-identity': 's3cret' },
        variables: { input: { password: 's3cret', code: 's3cret' } },
        code: 'NOT_FOUND',
      },
      'x',
    );
    expect(text()).not.toContain('s3cret');
    expect(lines[0]).toMatchObject({ code: 'NOT_FOUND', name: 'test' });
  });
});

describe('metrics', () => {
  it('prefixes names, and gives the same metric to everyone who asks for it', async () => {
    const metrics = createMetrics({ service: 'orders' });
    metrics.counter('orders_placed_total', 'Orders placed.', ['outcome']).inc({ outcome: 'ok' });
    metrics.counter('orders_placed_total', 'Orders placed.', ['outcome']).inc({ outcome: 'ok' });
    expect(await metrics.render()).toContain('swiftcart_orders_placed_total{outcome="ok",service="orders"} 2');
    expect(await createMetrics({ service: 'orders', processMetrics: true }).render()).toContain(
      'swiftcart_process_cpu',
    );
  });
});
