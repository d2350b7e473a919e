import { decodeJwt } from "jose";
import type { Adapters } from "../../functions/compose/services.ts";
import type { Phone } from "../../local/phone/acts/phone.ts";
import { contentKey } from "../../local/phone/protocol/contentKey.ts";
import type { Kind, Marks } from "./marks.ts";
import type { Exchange } from "./traffic.ts";

/** A sign-in name that is no word of ours: who signs in as `alice` is to be told from what is called so elsewhere. */
export function signInName(owner: string): string {
  return `${owner}@signed-in.example`;
}

/** Marks every user key that is made, in the clear and wrapped, whichever phone gets it; and the service key. */
export function markingKeys({ kek, ...rest }: Adapters, marks: Marks): Adapters {
  return {
    ...rest,
    kek: {
      ...kek,
      wrap: async (plaintext, owner) => {
        marks.addBytes("user key", plaintext.subarray(0, 32));
        const wrapped = await kek.wrap(plaintext, owner);
        marks.addText("wrapped user key", wrapped.value);
        return wrapped;
      },
      unwrap: async (wrapped, reason) => {
        const plaintext = await kek.unwrap(wrapped, reason);
        if (isServiceKey(plaintext)) marks.addBytes("service key", plaintext);
        return plaintext;
      },
    },
  };
}

/** A user key's plaintext is longer, by its binding. */
export function isServiceKey(plaintext: Uint8Array): boolean {
  return plaintext.byteLength === 32;
}

/** Marks what never leaves a phone. @returns marks what it has learnt since: to be called before it may forget that */
export function markPhone(marks: Marks, phone: Phone, storageSecret?: Uint8Array): () => void {
  const { signing, sealing } = phone.state().keys;
  for (const { d } of [signing, sealing]) marks.addBytes("private key", Buffer.from(d, "base64url"));
  if (storageSecret) marks.addBytes("storage secret", storageSecret);
  let last: string | undefined;
  const accounts = new Set<string>();
  return () => {
    const { owner, userKey, credentials, challenge } = phone.state();
    for (const { key, codeSecret } of [...credentials, challenge ?? {}] as Partial<
      (typeof credentials)[0]
    >[]) {
      if (!key || accounts.has(key.d + codeSecret)) continue;
      accounts.add(key.d + codeSecret);
      marks.addBytes("private key", Buffer.from(key.d, "base64url"));
      if (codeSecret) marks.addBytes("one-time code secret", Buffer.from(codeSecret, "base64url"));
    }
    if (!owner || !userKey || userKey.value === last) return;
    last = userKey.value;
    const input = { userKey: Buffer.from(userKey.value, "base64url"), userId: owner.userId };
    marks.addBytes("content key", contentKey({ ...input, platform: "android" }));
    marks.addBytes("content key", contentKey({ ...input, platform: "ios", storageBound: false }));
    if (storageSecret) {
      marks.addBytes("content key", contentKey({ ...input, platform: "ios", storageSecret }));
    }
  };
}

/** What members of bodies hold, on their way in or out. */
const MEMBERS: Readonly<Record<string, Kind>> = {
  envelope: "envelope",
  sealed: "sealed user key",
  referenceSalt: "reference salt",
  storageCheck: "storage check",
  ref: "account reference",
  tenant: "tenant",
  subjectHash: "subject hash",
  address: "contact address",
  token: "push token",
  answer: "push answer",
};

/** Marks what a request and its answer hold, right or spoilt. */
export function markExchange(marks: Marks, { sent, answered }: Exchange): void {
  const { dpop = "", "x-storage-check": check = "" } = sent.headers;
  const token = tokenOf(sent);
  marks.addCompact("access token", token);
  marks.addText("owner's name", subjectOf(token) ?? "");
  marks.addCompact("device proof", String(dpop));
  marks.addText("storage check", String(check));
  for (const [, member = "", value = ""] of `${sent.body}${answered.body}`.matchAll(STRING_MEMBER)) {
    const kind = MEMBERS[member];
    if (kind === "push answer") marks.addText("push nonce", nonceOf(value) ?? "");
    const isCompact = kind === "envelope" || kind === "sealed user key" || kind === "push answer";
    if (isCompact) marks.addCompact(kind, value);
    else if (kind) marks.addText(kind, value);
  }
  for (const [, code = ""] of sent.body.matchAll(CONTACT_CODE)) marks.addText("contact code", code);
  for (const [, code = ""] of `${sent.body}${answered.body}`.matchAll(ACTIVATION_CODE)) {
    marks.addText("activation code", code);
  }
  // Of requests alone: they name nothing but their phone.
  for (const [, name = ""] of sent.body.matchAll(PHONE_NAME)) marks.addText("phone name", name);
}

const STRING_MEMBER = new RegExp(`"(${Object.keys(MEMBERS).join("|")})":"([^"\\\\]*)"`, "g");
const CONTACT_CODE = /"code":"(\d{6})"/g;
const ACTIVATION_CODE = /"code":"(\d{12})"/g;

/** What the push brought that is answered. */
function nonceOf(answer: string): string | undefined {
  try {
    const { nonce } = JSON.parse(Buffer.from(answer.split(".")[1] ?? "", "base64url").toString());
    return typeof nonce === "string" ? nonce : undefined;
  } catch {
    return undefined;
  }
}
const PHONE_NAME = /"name":"([^"\\]*)"/g;

/** What a request shows as its token; empty where it shows nothing. */
export function tokenOf({ headers }: Exchange["sent"]): string {
  return headers.authorization?.replace(/^Bearer +/i, "") ?? "";
}

/** Who signed in, where this is a token; a name that is too short to be told from a word is left out. */
function subjectOf(token: string): string | undefined {
  try {
    const { sub } = decodeJwt(token);
    return typeof sub === "string" && sub.length >= 12 ? sub : undefined;
  } catch {
    return undefined;
  }
}
