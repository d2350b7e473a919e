/** RFC 3986, section 2.3: escaped, these mean the same. */
const UNRESERVED = /^[A-Za-z0-9._~-]$/;

/** No address has others: a backslash or a space would be read as something else (https://url.spec.whatwg.org). */
const CHARACTERS = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * The address that a proof's `htu` names, or that a request came to, in one spelling: RFC 9449, section 4.3, leaves out
 * query and fragment, and compares what RFC 3986, sections 6.2.2 and 6.2.3, normalize. Hosts hand a path on decoded, in
 * part, and without its dot segments.
 * @returns undefined if it is not an absolute http or https address
 */
export function normalized(address: string): string | undefined {
  if (!CHARACTERS.test(address) || !URL.canParse(address)) return undefined;
  const { protocol, host, username, password, pathname } = new URL(withoutNeedlessEscapes(address));
  if (!/^https?:$/.test(protocol) || username !== "" || password !== "") return undefined;
  return `${protocol}//${host}${pathname}`;
}

/** Before the dot segments are taken out: `%2e%2e` is one. */
function withoutNeedlessEscapes(address: string): string {
  return address.replace(/%([0-9a-f]{2})/gi, (written, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return UNRESERVED.test(character) ? character : written.toUpperCase();
  });
}
