import { hash } from "node:crypto";
import type { ProblemCode } from "../../shared/errors/catalogue.ts";
import { MOST_ACCOUNTS } from "../../shared/model/manifest.ts";
import { LONGEST_WAIT } from "../../shared/model/policy.ts";
import { type Case, MARKER, type Scene } from "./scene.ts";

/** The valid body with one member of another value. */
export function member(
  name: string,
  value: unknown,
  title: string,
  code: ProblemCode = "body-invalid",
): Case {
  return [
    `${name}: ${title}`,
    code,
    ({ body }: Scene) => ({ body: JSON.stringify({ ...body, [name]: value }) }),
  ];
}

/** A member in which 43 characters of base64url have to be. */
export function digests(name: string): Case[] {
  return [
    member(name, "", "empty"),
    member(name, MARKER.padEnd(42, "A"), "42 characters"),
    member(name, MARKER.padEnd(44, "A"), "44 characters"),
    member(name, `${MARKER.padEnd(42, "A")}+`, "not base64url"),
    member(name, `${MARKER.padEnd(43, "A")}=`, "with padding"),
  ];
}

const references = (count: number) =>
  Array.from({ length: count }, (_, at) => hash("sha256", `${MARKER}${at}`, "base64url"));

/** What a phone can't show of itself. */
export const shownBadly: readonly Case[] = [
  ...digests("storageCheck"),
  ...digests("recoveryKeyCheck"),
  member("recoveryKey", MARKER, "the recovery key itself"),
];

/** Accounts that a phone can't have. */
export const accountsBadly: readonly Case[] = [
  member("accounts", undefined, "left out"),
  member("accounts", [MARKER.padEnd(42, "A")], "a reference of 42 characters"),
  member("accounts", [MARKER.padEnd(44, "A")], "a reference of 44 characters"),
  member("accounts", [`${MARKER.padEnd(42, "A")}+`], "a reference that is not base64url"),
  member("accounts", [MARKER], "a name in the place of a reference"),
  member("accounts", [{ ref: references(1)[0], userName: MARKER }], "a reference with a name"),
  member("accounts", references(MOST_ACCOUNTS + 1), "too many references"),
];

/** A look takes no accounts: which of them are in the backup would be a guess that costs nothing. */
export const accountsInPreview: readonly Case[] = [
  member("accounts", [], "none"),
  member("accounts", references(1), "one"),
];

/** What nobody can want. */
export const purposes: readonly Case[] = [
  ...["", "Recover", "start anew", "start-anew ", "startAnew", MARKER].map((purpose) =>
    member("purpose", purpose, JSON.stringify(purpose)),
  ),
  member("purpose", ["start-anew"], "a list"),
];

/** What a recovery that has begun is for is known: opening it says no more of that. */
export const notToOpen: readonly Case[] = [
  member("purpose", "recover", "said again"),
  member("purpose", "start-anew", "another one"),
  member("version", 1, "said again"),
];

/** Versions that nobody can name. */
export const versionsNamed: readonly Case[] = [
  member("version", 0, "0"),
  member("version", -1, "-1"),
  member("version", 1.5, "1.5", "json-invalid-number"),
  member("version", 1e99, "1e99", "json-invalid-number"),
  member("version", "1", "text"),
  member("version", 2, "one that is not there", "version-not-found"),
];

/** Waiting times that nobody can choose. */
export const waitingTimes: readonly Case[] = [
  ...[-1, LONGEST_WAIT + 1, "3600", null, [3600]].map((seconds) =>
    member("waitingSeconds", seconds, JSON.stringify(seconds)),
  ),
  member("waitingSeconds", 1.5, "1.5", "json-invalid-number"),
  member("waitingSeconds", 1e99, "1e99", "json-invalid-number"),
];
