import MailComposer from 'nodemailer/lib/mail-composer';
import type { Mail } from './mail.ts';

/** A mail as it goes over the wire (RFC 5322), with text and HTML, and the envelope for the server. */
export async function composeMail(
  mail: Mail,
  from: string,
): Promise<{ raw: Buffer; envelope: { from: string | false; to: string[] } }> {
  const { messageId, to, subject, text, html } = mail;
  const node = new MailComposer({
    from,
    to: { name: '', address: to },
    messageId: `<${messageId}>`,
    subject,
    text,
    html,
    headers: { 'Auto-Submitted': 'auto-generated' },
    // Nothing in a mail of ours comes from a file or an address of somebody's choice.
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const { from: sender, to: recipients } = node.getEnvelope();
  return { raw: await node.build(), envelope: { from: sender, to: [...recipients] } };
}
