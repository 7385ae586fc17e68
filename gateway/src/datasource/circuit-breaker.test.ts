import { describe, expect, test } from 'vitest';
import { createCircuitBreaker } from './circuit-breaker.ts';

describe('the circuit breaker', () => {
  test('opens after failures in a row, lets one probe through, and closes or opens again by its outcome', () => {
    let now = 0;
    const breaker = createCircuitBreaker({ failuresToOpen: 2, openMs: 100, now: () => now });
    breaker.failed();
    breaker.succeeded();
    breaker.failed();
    expect(breaker.admits()).toBe(true);
    breaker.failed();
    expect([breaker.state, breaker.admits()]).toEqual(['open', false]);
    now = 200;
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
    breaker.failed();
    expect(breaker.admits()).toBe(false);
    now = 400;
    expect(breaker.admits()).toBe(true);
    breaker.abandoned();
    expect(breaker.admits()).toBe(true);
    breaker.succeeded();
    expect(breaker.state).toBe('closed');
  });
});
