import { type Case, MARKER } from "./scene.ts";

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
    `?confirm=${word}&confirm=${MARKER}`,
    `?confirm=${word}&confirm=${word}`,
    `?confirm=${word}&Confirm=${MARKER}`,
    `?confirm=${word}&%63onfirm=${MARKER}`,
    `?confirm=${word}&?confirm=${MARKER}`,
    `??confirm=${word}`,
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
  "0&page=0",
  "0&page=1",
  "0&Page=1",
  "0&p%61ge=1",
].map((page) => [`page=${page}`, "parameter-invalid", { target: `/v1/activity?page=${page}` }]);

/** Names that are nearly the page's: a listing that ignored them would begin at its first page. */
export const nearlyPages: readonly Case[] = ["??page=0", "?Page=0", "????page=0"].map((query) => [
  query,
  "parameter-invalid",
  { target: `/v1/activity${query}` },
]);
