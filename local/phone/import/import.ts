import * as z from "zod";
import {
  type Account,
  accountSchema,
  CONTENTS_VERSION,
  type Contents,
  contentsSchema,
  MOST_ACCOUNTS,
  MOST_BYTES,
  type OwnContents,
  parseContents,
} from "../protocol/accounts.ts";
import { readExport } from "./apps.ts";
import { type Candidate, otpOf } from "./candidate.ts";
import { readMigration } from "./googleMigration.ts";
import { readKeyUri, type Unreadable } from "./keyUri.ts";

/** An account that is not in the backup, by the name that its owner knows it by, and why. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

export interface Imported {
  readonly contents: Contents;
  readonly leftOut: readonly LeftOut[];
}

/** Settings of an app that has just been installed. */
const SETTINGS: OwnContents["settings"] = {
  appLock: true,
  hideCodes: false,
  theme: "system",
  sort: "manual",
};

/** Room for the settings and for what surrounds the accounts, in bytes. */
const BESIDES = 1_000;

/** A file is none of those that hold accounts. */
export class AccountsUnreadable extends Error {
  override readonly name = "AccountsUnreadable";
}

/**
 * The accounts of a file: the contents of a backup as JSON, or what another app exported: key URIs or Google's migration
 * addresses, one to a line, as Ente Auth and most apps write them, or the JSON of Aegis, 2FAS or andOTP. What does not
 * fit is left out by name [C8].
 * @throws {AccountsUnreadable | ContentsRefused}
 */
export function readAccounts(text: string): Imported {
  if (/^\s*otpauth/i.test(text)) return fitting(fromLines(text).map(offeredBy));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AccountsUnreadable("it holds neither JSON nor otpauth addresses");
  }
  const exported = readExport(value);
  if (exported) return fitting(exported.map(offeredBy));
  const own = ownSchema.safeParse(value);
  // Of a later version all is kept, and of one that is wrong elsewhere nothing can be.
  if (!own.success) return { contents: parseContents(value), leftOut: [] };
  const { accounts, settings } = own.data;
  const offered = accounts.map((account, at) => ({ name: nameIn(account) || `account ${at + 1}`, account }));
  return fitting(offered, settings);
}

/** Contents of this version, but for their accounts, which are read one by one. */
const ownSchema = z.strictObject({
  ...contentsSchema.shape,
  accounts: z.array(z.unknown()),
});

function fromLines(text: string): (Candidate | Unreadable)[] {
  return text.split(/\r?\n/).flatMap((line, at) => {
    const uri = line.trim();
    const place = `line ${at + 1}`;
    if (uri === "") return [];
    if (!/^otpauth-migration:/i.test(uri)) return [readKeyUri(uri, place)];
    try {
      return readMigration(uri, place);
    } catch {
      return [{ place, why: "it is not an export of Google Authenticator" }];
    }
  });
}

/** An account in whatever shape it came, or why it has none. */
type Offered =
  | { readonly name: string; readonly account: unknown }
  | { readonly name: string; readonly why: string };

/** What fits of these, in their order, and what doesn't. */
function fitting(offered: readonly Offered[], settings: OwnContents["settings"] = SETTINGS): Imported {
  const accounts: Account[] = [];
  const leftOut: LeftOut[] = [];
  let room = MOST_BYTES - BESIDES;
  for (const one of offered) {
    const read = "why" in one ? one : accountOf(one.account);
    const bytes = Buffer.byteLength(JSON.stringify(read));
    if ("why" in read) leftOut.push({ name: one.name, why: read.why });
    else if (accounts.length === MOST_ACCOUNTS)
      leftOut.push({ name: one.name, why: `a backup holds ${MOST_ACCOUNTS} accounts` });
    else if (bytes > room) leftOut.push({ name: one.name, why: "the backup would be too large" });
    else {
      accounts.push(read);
      // And a comma.
      room -= bytes + 1;
    }
  }
  return { contents: { version: CONTENTS_VERSION, accounts, settings }, leftOut };
}

/** The account; or why it does not fit. */
function accountOf(value: unknown): Account | { readonly why: string } {
  const parsed = accountSchema.safeParse(value);
  return parsed.success ? parsed.data : { why: reasonOf(parsed.error) };
}

function reasonOf({ issues: [first] }: z.ZodError): string {
  if (first?.code === "unrecognized_keys") return "it holds more than an account does";
  const member = first?.path.at(-1);
  if (member === undefined || member === "kind" || member === "push") return "it is no account";
  switch (member) {
    case "type":
    case "otp":
      return "codes of its kind are not kept";
    case "secret":
      return "its secret is not base32 of 1 to 256 bytes";
    case "algorithm":
      return "its algorithm is not SHA-1 or SHA-2";
    case "digits":
      return "it has fewer than 4 or more than 10 digits";
    case "period":
      return "its period is not 1 to 300 seconds";
    case "counter":
      return "its counter is not a whole number";
    default:
      return "its name is too long, or not well-formed";
  }
}

function offeredBy(candidate: Candidate | Unreadable): Offered {
  if ("why" in candidate) return { name: candidate.place, why: candidate.why };
  const { issuer, userName, otp, place } = candidate;
  const account = { kind: "third-party", issuer, userName, push: false, otp: otpOf(otp) };
  return { name: nameIn({ issuer, userName }) || place, account };
}

/** The name that an account's owner knows it by; empty if it has none. */
function nameIn(account: unknown): string {
  const { issuer, userName } = named.catch({}).parse(account);
  return issuer && userName ? `${issuer} (${userName})` : issuer || userName || "";
}

const named = z.object({ issuer: z.string().optional(), userName: z.string().optional() });
