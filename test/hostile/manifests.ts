import { hash } from "node:crypto";
import { MOST_ACCOUNTS } from "../../shared/model/manifest.ts";
import { type Case, type Changes, MARKER, type Scene } from "./scene.ts";

type Members = Readonly<Record<string, unknown>>;

/** The valid manifest with its accounts changed. */
function accounts(change: (accounts: readonly Members[]) => unknown) {
  return ({ body }: Scene): Changes => {
    const { manifest } = body as { manifest: { accounts: readonly Members[] } };
    return { body: JSON.stringify({ ...body, manifest: { accounts: change(manifest.accounts) } }) };
  };
}

/** The valid manifest with its entries of one kind changed. */
function entry(kind: string, members: Members) {
  return accounts((all) =>
    all.map((account) => (account.kind === kind ? { ...account, ...members } : account)),
  );
}

function many(count: number) {
  return Array.from({ length: count }, (_, at) => ({
    ref: hash("sha256", `${MARKER}${at}`, "base64url"),
    kind: "third-party",
    push: false,
  }));
}

/** Bad manifests. */
export const manifests: readonly Case[] = [
  ["too many accounts", "body-invalid", accounts(() => many(MOST_ACCOUNTS + 1))],
  ["no accounts", "body-invalid", accounts(() => undefined)],
  ["accounts that are no list", "body-invalid", accounts(() => ({ [MARKER]: 1 }))],
  ["an account that is text", "body-invalid", accounts(() => [MARKER])],
  ["an account twice", "body-invalid", accounts(([first]) => [first, first])],
  ["a ref of 42 characters", "body-invalid", entry("personal", { ref: MARKER.padEnd(42, "A") })],
  ["a ref of 44 characters", "body-invalid", entry("personal", { ref: MARKER.padEnd(44, "A") })],
  ["a ref that is not base64url", "body-invalid", entry("personal", { ref: `${MARKER}+`.padEnd(43, "A") })],
  ["no ref", "body-invalid", entry("personal", { ref: undefined })],
  ["an unknown kind", "body-invalid", entry("personal", { kind: MARKER })],
  ["push as text", "body-invalid", entry("personal", { push: MARKER })],
  ["a third party with push", "body-invalid", entry("third-party", { push: true })],
  ["a personal account with a tenant", "body-invalid", entry("personal", { tenant: MARKER })],
  ["a work account without a tenant", "body-invalid", entry("work-or-school", { tenant: undefined })],
  ["a tenant that is no UUID", "body-invalid", entry("work-or-school", { tenant: MARKER })],
  ["a subject hash of another length", "body-invalid", entry("work-or-school", { subjectHash: MARKER })],
  [
    "a subject hash where no push is",
    "body-invalid",
    entry("personal", { subjectHash: MARKER.padEnd(43, "A") }),
  ],
  ["push without a subject hash", "body-invalid", entry("personal", { subjectHash: undefined })],
  ["a user name", "body-invalid", entry("personal", { userName: MARKER })],
  ["a secret", "body-invalid", entry("third-party", { otp: { secret: MARKER } })],
  ["a password", "body-invalid", entry("third-party", { password: MARKER })],
  ["a private key", "private-key-refused", entry("personal", { key: { kty: "EC", d: MARKER } })],
];

/** What an upload says that it replaces. */
export const preconditions: readonly Case[] = [
  ["no precondition", "precondition-required", { headers: { "If-Match": undefined } }],
  ["If-Match without quotes", "version-changed", { headers: { "If-Match": MARKER } }],
  ["an empty ETag", "version-changed", { headers: { "If-Match": '""' } }],
  ["an ETag of another service", "version-changed", { headers: { "If-Match": `"${MARKER}"` } }],
  ["an ETag of no backup", "version-changed", { headers: { "If-Match": '"off-0.AAAAAAAAAAAAAAAAAAAAAA"' } }],
  ["any version", "version-changed", { headers: { "If-Match": "*" } }],
  [
    "the version before",
    "version-changed",
    ({ headers }) => ({
      headers: { "If-Match": headers?.["If-Match"]?.replace("-1.", "-0.") },
    }),
  ],
  [
    "a first upload, where there is a version",
    "version-changed",
    {
      headers: { "If-Match": undefined, "If-None-Match": "*" },
    },
  ],
];

/** One account, and not one of those that the phone has backed up. */
const fewer = many(1);

/** The version that an owner agreed to lose. */
export const consents: readonly Case[] = [
  ...[0, -1, 1.5, 1e99, "1", null, [1], MARKER].map(
    (replaces): Case => [
      `replaces ${JSON.stringify(replaces)}`,
      replaces === 1.5 || replaces === 1e99 ? "json-invalid-number" : "body-invalid",
      ({ body }) => ({ body: JSON.stringify({ ...body, replaces }) }),
    ],
  ),
  ...[undefined, 2, 99].map(
    (replaces): Case => [
      `fewer accounts, in place of version ${replaces}`,
      "sharp-drop",
      ({ body }) => ({ body: JSON.stringify({ ...body, manifest: { accounts: fewer }, replaces }) }),
    ],
  ),
];
