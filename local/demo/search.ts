import { type Contents, knownAccounts } from "../phone/protocol/accounts.ts";

/** What only the phones may know of these accounts: names, code material, ids at their providers. */
export function secretsOf(contents: Contents): string[] {
  const secrets = knownAccounts(contents).flatMap((account) => [
    account.issuer,
    account.userName,
    ...("otp" in account ? [account.otp.secret] : []),
    ...("subject" in account ? [account.subject] : []),
  ]);
  return [...new Set(secrets)];
}

/** How many of `texts` are in `bytes`, as UTF-8 or inside base64 of either alphabet (RFC 4648). */
export function countFound(bytes: Buffer, texts: readonly string[]): number {
  return texts.filter((text) => formsOf(text).some((form) => bytes.includes(form))).length;
}

/** Base64 shows a text in one of three ways, by where in a group of three bytes it begins. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const encoded = [0, 1, 2].map((before) => {
    const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64url");
    // The characters at both ends hold bits of the neighbouring bytes too.
    return base64.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return [text, ...encoded, ...encoded.map((form) => form.replaceAll("-", "+").replaceAll("_", "/"))];
}
