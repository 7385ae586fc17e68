const maxLength = 254; // RFC 5321, 4.5.3.1.3: the longest path is 256 with its brackets.
const maxLocalLength = 64;
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const domainLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * An e-mail address as accounts are known by: trimmed and in lower case, so that one mailbox cannot open two accounts by
 * its spelling. ASCII only (an internationalised domain in its `xn--` form): look-alike letters would pass for another's
 * address. Undefined when it cannot be an address.
 */
export function normaliseEmail(text: string): string | undefined {
  if (text.length > maxLength + 32) return undefined;
  const email = text.trim().toLowerCase();
  const at = email.lastIndexOf('@');
  const local = email.slice(0, at);
  const labels = email.slice(at + 1).split('.');
  const isAddress =
    at > 0 &&
    email.length <= maxLength &&
    local.length <= maxLocalLength &&
    localPart.test(local) &&
    labels.length >= 2 &&
    labels.every((label) => domainLabel.test(label)) &&
    /[a-z]/.test(labels.at(-1) ?? '');
  return isAddress ? email : undefined;
}
