/** One e-mail. `messageId` without brackets; the same message keeps its id however often it is tried. */
export interface Mail {
  messageId: string;
  to: string;
  subject: string;
  text: string;
  html: string;
}

/**
 * How sending ended. `refused` is a definite no: the message was not taken, so it may be tried again unless that is
 * pointless (`isPermanent`). `unknown`: the connection broke when it may have been taken; trying again could send it twice.
 */
export type MailOutcome =
  | { kind: 'accepted' }
  | { kind: 'refused'; isPermanent: boolean; reason: string }
  | { kind: 'unknown'; reason: string };

export interface MailSender extends AsyncDisposable {
  /** Never throws for the mail server's doings. */
  send(mail: Mail): Promise<MailOutcome>;
}

/** Sends SMS. Throws when the message was not taken. */
export interface SmsSender {
  send(message: { to: string; text: string }): Promise<void>;
}
