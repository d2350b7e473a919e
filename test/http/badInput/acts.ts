import { hash } from "node:crypto";
import { MOST_ACCOUNTS } from "../../../shared/backup/manifest.ts";
import type { ProblemCode } from "../../../shared/errors/catalogue.ts";
import { type Case, MARKER, type Scene } from "./scene.ts";

/** The valid body with one member of another value. */
function member(name: string, value: unknown, title: string, code: ProblemCode = "body-invalid"): Case {
  return [
    `${name}: ${title}`,
    code,
    ({ body }: Scene) => ({ body: JSON.stringify({ ...body, [name]: value }) }),
  ];
}

const references = (count: number) =>
  Array.from({ length: count }, (_, at) => hash("sha256", `${MARKER}${at}`, "base64url"));

/** What a recovery can't be begun with. */
export const recoveries: readonly Case[] = [
  member("accounts", undefined, "left out"),
  member("accounts", [MARKER.padEnd(42, "A")], "a reference of 42 characters"),
  member("accounts", [MARKER.padEnd(44, "A")], "a reference of 44 characters"),
  member("accounts", [`${MARKER.padEnd(42, "A")}+`], "a reference that is not base64url"),
  member("accounts", [MARKER], "a name in the place of a reference"),
  member("accounts", [{ ref: references(1)[0], userName: MARKER }], "a reference with a name"),
  member("accounts", references(MOST_ACCOUNTS + 1), "too many references"),
  member("version", 0, "0"),
  member("version", -1, "-1"),
  member("version", 1.5, "1.5"),
  member("version", 1e99, "1e99"),
  member("version", "1", "text"),
  member("version", 2, "one that is not there", "version-not-found"),
];

/** Addresses of versions that can't be made current. */
export const versions: readonly Case[] = [
  ...["0", "01", "+1", "-1", "1.5", "1e1", "0x1", "1234567890", "%C2%B2"].map(
    (version): Case => [version, "parameter-invalid", { target: `/v1/backup/versions/${version}/restore` }],
  ),
  ["one that is not there", "version-not-found", { target: "/v1/backup/versions/99/restore" }],
  ["the present one", "version-current", { target: "/v1/backup/versions/2/restore" }],
];

/** A confirmation that is none: missing, misspelt, or of another act. */
export function confirmations(path: string, word: string): Case[] {
  const other = word === "delete" ? "erase" : "delete";
  const queries = [
    "",
    "?",
    "?confirm",
    "?confirm=",
    "?confirm=true",
    `?confirm=${word.toUpperCase()}`,
    `?confirm=${word}%20`,
    `?confirm=${word}d`,
    `?confirm=${other}`,
    `?confirm=${MARKER}&confirm=${word}`,
    `?Confirm=${word}`,
    `?${word}`,
    `?${MARKER}=1`,
  ];
  return queries.map((query) => [query, "confirmation-required", { target: path + query }]);
}

/** Pages of the record that were not given by the service; there is one, number 0. */
export const cursors: readonly Case[] = [
  "",
  "1",
  "-1",
  "00",
  "0.0",
  "1e0",
  "%200",
  "99999999",
  "123456789",
  "NaN",
  "event:",
  MARKER,
].map((page) => [`page=${page}`, "parameter-invalid", { target: `/v1/activity?page=${page}` }]);
