import type { SubgraphClient } from '@swiftcart/service';
import { z } from 'zod';
import type { Actor } from '../domain/order.ts';
import type { PortCall } from './port-call.ts';

const answerShape = z.object({ cancelDelivery: z.object({ isCancelled: z.boolean(), status: z.string() }) });

/** What orders asks of delivery. Throws SubgraphCallError. */
export interface DeliveryPort {
  /** Delivery's one conditional write judges; a repeat gets the same answer. */
  cancelDelivery(
    orderId: string,
    actor: Actor,
    reason: string,
    call: PortCall,
  ): Promise<{ isCancelled: boolean; status: string }>;
}

const mutation = `mutation OrdersCancelDelivery($orderId: ID!, $actorKind: DeliveryActorKind!, $actorId: ID, $reason: String!) {
  cancelDelivery(orderId: $orderId, actorKind: $actorKind, actorId: $actorId, reason: $reason) { isCancelled status }
}`;

export function createDeliveryPort(client: SubgraphClient): DeliveryPort {
  return {
    async cancelDelivery(orderId, actor, reason, call) {
      const variables = { orderId, actorKind: actor.kind, actorId: actor.id, reason };
      return answerShape.parse(await client.request(mutation, variables, call)).cancelDelivery;
    },
  };
}
