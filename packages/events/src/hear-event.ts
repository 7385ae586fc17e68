import type { Logger } from 'pino';
import { decodeEvent } from './encode-event.ts';
import type { EventListener } from './event-bus.ts';

/** Hands a listener its own copy of an event; its failure concerns nobody else. */
export function hear(listener: EventListener, text: string, logger: Logger): void {
  try {
    listener.handler(decodeEvent(text));
  } catch (error) {
    logger.error({ err: error, topic: listener.topic }, 'event listener failed');
  }
}
