/** What an operator finds an account by, in lower case without accents; each is matched from its beginning. */
export function searchTerms({ name, email, phone }: { name: string; email: string; phone: string | null }): string[] {
  const phones = phone === null ? [] : [phone, phone.slice(1), ...(phone.startsWith('+91') ? [phone.slice(3)] : [])];
  const domain = email.slice(email.lastIndexOf('@') + 1);
  return [...new Set([...words(name), email, domain, ...phones])];
}

/** The words of a search, each of which has to begin some term. At most eight, so that one request stays one cheap query. */
export function searchWords(text: string): string[] {
  return words(text).slice(0, 8);
}

function words(text: string): string[] {
  return text
    .slice(0, 200)
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .split(/[\s\0]+/u)
    .filter((word) => word !== '' && !/\p{Surrogate}/u.test(word));
}
