import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessContext } from '../context.ts';
import { type MailContent, mailBodies } from '../domain/mail-layout.ts';

/** Pauses before a message that was definitely refused is tried again. */
const pausesMs = [1_000, 5_000];

/** Sends a mail about the account itself after the answer. It is not stored, because it may carry a token; whoever misses it asks again. */
export function sendAccountMail(process: ProcessContext, { id, to, content }: AccountMail): void {
  process.background.start('account mail', async () => {
    const mail = { messageId: `${id}@swiftcart`, to, ...mailBodies(content) };
    for (const pauseMs of [...pausesMs, 0]) {
      const outcome = await process.mail.send(mail);
      if (outcome.kind === 'accepted') return;
      process.logger.warn({ mailId: id, outcome }, 'an account mail was not accepted');
      if (outcome.kind === 'unknown' || outcome.isPermanent) return;
      await sleep(pauseMs);
    }
  });
}

export interface AccountMail {
  /** Becomes the Message-ID. */
  id: string;
  to: string;
  content: MailContent;
}
