import { type HttpRoute, readBody, respondJson } from '@swiftcart/service';
import type Stripe from 'stripe';
import { settleFromProvider } from '../commands/settle-from-provider.ts';
import type { ProcessContext } from '../process-context.ts';

const maxBodyBytes = 262_144;

/**
 * `POST /webhooks/stripe`. Only what carries Stripe's signature is heard, and then only as a hint: the payment itself
 * is asked for, so events that come twice, late or out of order change nothing. 400 for a bad signature; 500 makes
 * Stripe send it again.
 */
export function createStripeWebhook(stripe: Stripe, webhookSecret: string, context: ProcessContext): HttpRoute {
  return {
    method: 'POST',
    path: '/webhooks/stripe',
    async handle(req, res) {
      const body = await readBody(req, maxBodyBytes);
      const signature = req.headers['stripe-signature'];
      let event: Stripe.Event;
      try {
        event = stripe.webhooks.constructEvent(body, typeof signature === 'string' ? signature : '', webhookSecret);
      } catch (error) {
        context.logger.warn({ err: error }, 'webhook with a bad signature');
        return respondJson(res, 400, { error: 'bad signature' });
      }
      if (event.type.startsWith('payment_intent.')) {
        const intent = event.data.object as Stripe.PaymentIntent;
        await settleFromProvider(context, { reference: intent.id, orderId: intent.metadata?.['orderId'] ?? null });
      }
      respondJson(res, 200, { received: true });
    },
  };
}
