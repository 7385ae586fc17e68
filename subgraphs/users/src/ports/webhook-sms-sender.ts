import type { SmsSender } from './mail.ts';

/** Posts `{ "to": "+91...", "text": "..." }` to a provider's webhook; any answer but 2xx means that it was not taken. */
export function createWebhookSmsSender(url: string, timeoutMs = 10_000): SmsSender {
  return {
    async send({ to, text }) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ to, text }),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`The SMS provider answered ${response.status}.`);
    },
  };
}
