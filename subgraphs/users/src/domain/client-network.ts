/**
 * What attempts from an address are counted under. A household or server has a whole IPv6 /64 to choose addresses from,
 * so its first four groups stand for all of them; an IPv4 address stands for itself, also in its IPv6 form. Undefined
 * when nobody said, or for text that is no address.
 */
export function clientNetwork(address: string | undefined): string | undefined {
  const text = address?.trim().toLowerCase() ?? '';
  const ipv4 = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/.exec(text)?.[1];
  if (ipv4 !== undefined) return ipv4;
  if (text.length > 45 || !/^[0-9a-f:]+(?:\d|\.)*(?:%\w+)?$/.test(text) || !text.includes(':')) return undefined;
  const [head = '', tail] = (text.split('%')[0] ?? '').split('::');
  const groupsOf = (part: string): string[] => part.split(':').filter((group) => group !== '');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const groups = tail === undefined ? before : [...before, ...zeros, ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
