/** What an e-mail says, before it takes its two forms. */
export interface MailContent {
  subject: string;
  /** Salutation, e.g. a name. */
  greeting: string;
  paragraphs: readonly string[];
  /** A thing to click, or to copy where nothing can be clicked. */
  action?: { label: string; url: string };
}

/** Text and HTML of the same message. Everything in the content is text: names and product titles come from people. */
export function mailBodies({ subject, greeting, paragraphs, action }: MailContent): {
  subject: string;
  text: string;
  html: string;
} {
  const lines = [
    `Hello ${greeting},`,
    ...paragraphs,
    ...(action === undefined ? [] : [`${action.label}: ${action.url}`]),
  ];
  const html = [`Hello ${greeting},`, ...paragraphs].map((line) => `<p>${escapeHtml(line)}</p>`);
  if (action !== undefined) {
    html.push(`<p><a href="${escapeHtml(action.url)}">${escapeHtml(action.label)}</a></p>`);
  }
  return {
    // A line break in a subject would start another header.
    subject: subject.replace(/[\r\n]+/g, ' '),
    text: `${[...lines, 'Swiftcart'].join('\n\n')}\n`,
    html:
      '<!doctype html><html lang="en"><head><meta charset="utf-8"></head>' +
      `<body style="font-family:sans-serif;line-height:1.5">${html.join('')}<p>Swiftcart</p></body></html>`,
  };
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
