import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@swiftcart/service';
import { composeMail } from './compose-mail.ts';
import type { MailSender, SmsSender } from './mail.ts';

export interface OutboxFolderOptions {
  /** Messages become files in its `outbox` folder; without it they are only logged. */
  dataDirectory: string | undefined;
  logger: Logger;
  /** Then the log names the message and keeps silent about its text, which may hold a token. */
  isProduction: boolean;
}

/** Stands in for a mail server: every mail is logged and written to `outbox/<message id>-<recipient>.eml`. */
export function createFolderMailSender(options: OutboxFolderOptions & { from: string }): MailSender {
  return {
    async send(mail) {
      const { raw } = await composeMail(mail, options.from);
      await writeToOutbox(options, `${mail.messageId.split('@')[0]}-${mail.to}.eml`, raw);
      const { to, subject, text } = mail;
      options.logger.info({ to, subject, ...(options.isProduction ? {} : { text }) }, 'e-mail (SMTP_URL is not set)');
      return { kind: 'accepted' };
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Stands in for an SMS provider outside production: every message is logged and written to `outbox/sms-....txt`. */
export function createFolderSmsSender(options: OutboxFolderOptions & { now: () => Date }): SmsSender {
  return {
    async send({ to, text }) {
      if (options.isProduction) throw new Error('SMS_URL is not set: no SMS can be sent.');
      const stamp = options.now().toISOString().replace(/[:.]/g, '-');
      await writeToOutbox(options, `sms-${to.slice(1)}-${stamp}.txt`, `To: ${to}\n\n${text}\n`);
      options.logger.info({ to, text }, 'SMS (SMS_URL is not set)');
    },
  };
}

async function writeToOutbox(
  { dataDirectory }: OutboxFolderOptions,
  name: string,
  content: string | Buffer,
): Promise<void> {
  if (dataDirectory === undefined) return;
  const folder = join(dataDirectory, 'outbox');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Names are made of ids and digits; anything else would be a way out of the folder.
  await writeFile(join(folder, name.replace(/[^\w.-]/g, '_')), content, { mode: 0o600 });
}
