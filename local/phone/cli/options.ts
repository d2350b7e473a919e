/** An option of the command line: how node:util reads it, and what the help says of it. */
interface Option {
  readonly type: "string" | "boolean";
  readonly default?: string | boolean;
  /** What stands for its value in the help. */
  readonly value?: string;
  readonly means: string;
}

/** What every command takes. */
export const COMMON = {
  phone: {
    type: "string",
    default: "first",
    value: "NAME",
    means: "which phone; made if it doesn't exist yet",
  },
  owner: { type: "string", value: "NAME", means: "who signs in (default: the phone's owner, or alice)" },
  platform: { type: "string", value: "NAME", means: "ios or android (default: the phone's, or android)" },
  icloud: {
    type: "string",
    value: "NAME",
    means: "the iCloud account of an iOS phone (default: the owner's name)",
  },
  "app-version": { type: "string", default: "6.8.0", value: "N", means: "the app's version" },
  origin: {
    type: "string",
    default: "http://127.0.0.1:7071",
    value: "URL",
    means: "where the service is",
  },
  issuer: {
    type: "string",
    value: "URL",
    means: "where the development issuer is (default: at the service's origin)",
  },
  language: {
    type: "string",
    value: "TAG",
    means: "the owner's language, for what the service says: zh-Hant, zh-Hans, ja, sv (default: English)",
  },
  json: { type: "boolean", default: false, means: "print JSON, for a program; a refusal too, with status 1" },
  help: { type: "boolean", default: false, means: "what a command takes; runs nothing" },
} as const satisfies Readonly<Record<string, Option>>;

/** What only some commands take. */
export const OWN = {
  out: { type: "string", value: "FILE", means: "write it there, for this user alone" },
  version: { type: "string", value: "N", means: "an older version, by its number" },
  replaces: {
    type: "string",
    value: "N",
    means: "replace version N though the upload has far fewer accounts: what is left out is lost",
  },
  "recovery-key": {
    type: "string",
    value: "TEXT",
    means: "the recovery key, in place of the iCloud account",
  },
  "without-icloud": {
    type: "boolean",
    default: false,
    means: "made, or to be opened, without an iCloud account: so a phone of the other platform can",
  },
  confirm: { type: "string", value: "WORD", means: "the act that can't be undone, spelt out" },
  "and-phones": {
    type: "boolean",
    default: false,
    means: "the owner's phones on this machine, too: everything can begin again",
  },
  verify: { type: "boolean", default: false, means: "say whether the record is whole" },
  conflict: {
    type: "string",
    value: "WHICH",
    means: "same-account or any-account: which accounts on a phone block a recovery",
  },
  "other-platform": {
    type: "string",
    value: "ON|OFF",
    means: "whether a phone of the other platform may recover",
  },
  waiting: {
    type: "string",
    value: "TIME",
    means: "how long recoveries on new phones wait: 3d, 12h or seconds",
  },
  code: {
    type: "string",
    value: "CODE",
    means: "the code that was sent to a contact, or that of the account's provider: its QR code's text, too",
  },
  contact: { type: "string", value: "NUMBER", means: "the contact that a code is sent to, of those listed" },
  as: { type: "string", value: "NAME", means: "who signs in to the account (default: whose account it is)" },
  organization: { type: "string", value: "NAME", means: "what the phone calls the account's organization" },
  tenant: { type: "string", value: "ID", means: "the organization's id (default: the development issuer's)" },
  number: { type: "string", value: "NUMBER", means: "the number that the provider's page shows" },
  deny: { type: "boolean", default: false, means: "it was not you: nothing is verified" },
} as const satisfies Readonly<Record<string, Option>>;

export type OwnOption = keyof typeof OWN;

export const OPTIONS = { ...COMMON, ...OWN };
