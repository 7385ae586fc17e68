import { setTimeout as sleep } from 'node:timers/promises';
import type { EventBus } from '@swiftcart/events';
import type { GatewayOptions, RevocationSource } from '@swiftcart/gateway';
import type { SubgraphClient } from '@swiftcart/service';

/** Roughly what an access token may live at most; asking for more costs nothing, asking for less would let one through. */
const longestTokenLifeMs = 24 * 3_600_000;

const REVOKED_SESSIONS =
  'query RevokedSessions($since: DateTime!) { revokedSessions(since: $since) { sessionId until } }';

/** Where this shop's gateway learns of sessions that ended: all live ones from users at start, later ones over the bus. */
export function createRevocationSource(users: SubgraphClient, bus: EventBus): RevocationSource {
  const source: RevocationSource = {
    async loadInitial() {
      const since = new Date(Date.now() - longestTokenLifeMs).toISOString();
      const { revokedSessions } = await users.request<{ revokedSessions: { sessionId: string; until: string }[] }>(
        REVOKED_SESSIONS,
        { since },
        { correlationId: 'gateway-start' },
      );
      return revokedSessions.map(({ sessionId, until }) => ({ sessionId, until: new Date(until) }));
    },
    async listen(onRevoked) {
      const stopping = new AbortController();
      const listening = await bus.listen({
        topic: 'users',
        handler({ kind, payload }) {
          const { sessionId, until } = payload;
          if (kind !== 'session.revoked' || typeof sessionId !== 'string' || typeof until !== 'string') return;
          onRevoked({ sessionId, until: new Date(until) });
        },
        // A session that ended while the bus was away would otherwise stay welcome until its token expires.
        onGap: () => void loadAgain(source, onRevoked, stopping.signal),
      });
      return {
        async [Symbol.asyncDispose]() {
          stopping.abort();
          await listening[Symbol.asyncDispose]();
        },
      };
    },
  };
  return source;
}

const loadAgainEveryMs = 1_000;

/** Asks users until it answers: whatever broke the bus may have broken more. */
async function loadAgain(
  source: RevocationSource,
  onRevoked: Parameters<RevocationSource['listen']>[0],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for (const revocation of await source.loadInitial()) onRevoked(revocation);
      return;
    } catch {
      await sleep(loadAgainEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/**
 * Calls a minute that one address may make of the fields that cost others money or guess at secrets, unless
 * RATE_LIMIT_FIELDS says otherwise. Roomy enough for an office behind one address; users counts by account besides.
 */
export const fieldRateLimits: Readonly<Record<string, number>> = {
  login: 120,
  register: 120,
  requestOtp: 30,
  verifyOtp: 60,
  requestPasswordReset: 30,
  resetPassword: 60,
  applyCoupon: 120,
};

/** Which number of an event says how far its stream is: that of the event, not of the delivery as it stands now. */
export const streamPositions: NonNullable<GatewayOptions['streamPositions']> = {
  deliveryStatusChanged: { argument: 'afterSequence', path: ['event', 'sequence'] },
};
