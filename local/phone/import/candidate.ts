import type { Otp } from "../protocol/accounts.ts";

/** An account as another app has it; whether it fits is still to be seen. */
export interface Candidate {
  readonly issuer: string;
  readonly userName: string;
  readonly otp: { readonly [Name in keyof Fields]?: unknown };
  /** Where it stands in the file, for one that has no name: `line 7`. */
  readonly place: string;
}

type Fields = Record<"type" | "secret" | "algorithm" | "digits" | "period" | "counter", unknown>;

/** What is the rule where an export says nothing: the key URI format's defaults. */
const DEFAULTS = { algorithm: "SHA1", digits: 6, period: 30 };

/** The name that a label holds: a user's, behind `ISSUER:` where it names one. */
export function nameIn(label: string): { readonly issuer?: string | undefined; readonly userName: string } {
  const [, issuer, userName = label] = /^([^:]*):(.*)$/s.exec(label) ?? [];
  return { issuer, userName };
}

/** The parts that a kind of code has, with their defaults: other apps write those of all kinds. */
export function otpOf({ type, secret, counter, ...rest }: Candidate["otp"]): Record<string, unknown> {
  const { algorithm, digits, period } = { ...DEFAULTS, ...definedOnly(rest) };
  const common = { type, secret, algorithm: algorithmOf(algorithm), digits };
  switch (type) {
    case "totp" satisfies Otp["type"]:
      return { ...common, period };
    case "hotp" satisfies Otp["type"]:
      return { ...common, counter };
    case "steam" satisfies Otp["type"]:
      return { type, secret };
    default:
      return common;
  }
}

/** `sha1`, `SHA-1` and `HmacSHA1` are the same. */
function algorithmOf(written: unknown): unknown {
  return typeof written === "string" ? written.toUpperCase().replace(/^HMAC/, "").replace("-", "") : written;
}

function definedOnly<Members extends object>(members: Members): Partial<Members> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<Members>;
}
