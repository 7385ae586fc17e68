import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { composeMail } from './compose-mail.ts';
import type { MailOutcome, MailSender } from './mail.ts';
import type { SmtpError } from './smtp-outcome.ts';
import { smtpOutcome } from './smtp-outcome.ts';

/** How long the server may take for one step. */
const stepTimeoutMs = 20_000;

/**
 * Sends over SMTP, one connection a mail. The connection is driven step by step, because only so is it known whether a
 * failure came before the message could have been taken: nodemailer's transports report a broken connection alike at
 * every step.
 */
export function createSmtpMailSender({ url, from }: { url: string; from: string }): MailSender {
  const target = connectionOptions(url);
  return {
    async send(mail) {
      const { raw, envelope } = await composeMail(mail, from);
      const connection = new SMTPConnection(target.options);
      // Without a listener a late socket error would end the process.
      connection.on('error', () => undefined);
      try {
        await step(connection, (done) => connection.connect(done));
        const { credentials } = target;
        if (credentials !== undefined) await step(connection, (done) => connection.login({ credentials }, done));
      } catch (error) {
        connection.close();
        return smtpOutcome(error as SmtpError, 'before-message');
      }
      try {
        await step(connection, (done) => connection.send(envelope, raw, done));
        connection.quit();
        return { kind: 'accepted' } satisfies MailOutcome;
      } catch (error) {
        connection.close();
        return smtpOutcome(error as SmtpError, 'message');
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** One step as a promise. Failures of the connection come as events and leave the callback waiting. */
function step(connection: SMTPConnection, run: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onEnd = () => reject(new Error('The mail server closed the connection.'));
    connection.once('error', reject);
    connection.once('end', onEnd);
    run((error) => {
      connection.off('error', reject);
      connection.off('end', onEnd);
      if (error) reject(error);
      else resolve();
    });
  });
}

function connectionOptions(text: string) {
  const url = new URL(text);
  const isSecure = url.protocol === 'smtps:';
  const user = decodeURIComponent(url.username);
  return {
    options: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (isSecure ? 465 : 587) : Number(url.port),
      secure: isSecure,
      // `?requireTLS=true` refuses servers without STARTTLS; loopback relays have none.
      requireTLS: url.searchParams.get('requireTLS') === 'true',
      tls: { rejectUnauthorized: url.searchParams.get('rejectUnauthorized') !== 'false' },
      connectionTimeout: stepTimeoutMs,
      greetingTimeout: stepTimeoutMs,
      socketTimeout: stepTimeoutMs,
    },
    credentials: user === '' ? undefined : { user, pass: decodeURIComponent(url.password) },
  };
}
