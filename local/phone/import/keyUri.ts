import { type Candidate, nameIn } from "./candidate.ts";

/** The members of a key URI that say what a code is made of. */
const MEMBERS = ["secret", "issuer", "algorithm", "digits", "period", "counter", "encoder"] as const;

/** Why a line is no account, in words that hold nothing of it. */
export type Unreadable = { readonly place: string; readonly why: string };

/**
 * An account from its key URI, as QR codes hold it and most apps export it: `otpauth://TYPE/LABEL?MEMBERS`, the label a
 * user name, behind `ISSUER:` where it names one. Percent-encoding is undone once; members are known in any case.
 */
export function readKeyUri(uri: string, place: string): Candidate | Unreadable {
  const parts = /^otpauth:\/\/([^/?#]*)\/?([^?#]*)(?:\?([^#]*))?/i.exec(uri);
  if (!parts) return { place, why: "it is not an otpauth address" };
  const [, written = "", label = "", query = ""] = parts;
  const members = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const known = MEMBERS.find((member) => member === name.toLowerCase());
    if (!known) continue;
    if (members.has(known)) return { place, why: `${known} is there twice` };
    members.set(known, value);
  }
  const decoded = decode(label);
  if (decoded === undefined) return { place, why: "its name is not well-formed" };
  const { issuer: prefix = "", userName } = nameIn(decoded);
  const issuer = members.get("issuer") ?? prefix;
  const number = (name: string) => numberIn(members.get(name));
  const otp = {
    type: written.toLowerCase(),
    secret: members.get("secret"),
    algorithm: members.get("algorithm"),
    digits: number("digits"),
    period: number("period"),
    counter: number("counter"),
  };
  const type = isSteam(otp, issuer, members.get("encoder")) ? "steam" : otp.type;
  return { issuer: issuer.trim(), userName: userName.trim(), otp: { ...otp, type }, place };
}

/** Some apps write Steam's as time-based codes of five digits: Steam has none that are decimal. */
function isSteam(
  { type, digits }: { readonly type: string; readonly digits: unknown },
  issuer: string,
  encoder: string | undefined,
): boolean {
  if (type !== "totp") return false;
  return encoder?.toLowerCase() === "steam" || (digits === 5 && issuer.trim().toLowerCase() === "steam");
}

/** What is no whole number stays a text, which no rule takes. */
function numberIn(text: string | undefined): unknown {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
