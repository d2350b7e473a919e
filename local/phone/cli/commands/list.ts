import type { System } from "../../protocol/system.ts";
import { clock } from "../clock.ts";
import type { CommandLine } from "../commandLine.ts";
import { notices } from "../notices.ts";
import type { OwnOption } from "../options.ts";
import type { Command, Told } from "../outcome.ts";
import { refresh, restore, status, turnOff, turnOn, upload, versions } from "./backup.ts";
import { contacts } from "./contacts.ts";
import { activity, erase, exportAll, policy } from "./owner.ts";
import { codes, headers, list, register, revoke } from "./phone.ts";
import {
  approve,
  cancel,
  deny,
  liftFreeze,
  open,
  preview,
  recover,
  removeRecoveryKey,
  setRecoveryKey,
  startAnew,
} from "./recovery.ts";
import { accounts, addWorkAccount, answer, verify } from "./verify.ts";

export interface CommandEntry {
  readonly name: string;
  /** What stands behind it: `FILE`. */
  readonly takes?: string;
  readonly group: string;
  /** What it does, in a line of the list. */
  readonly means: string;
  /** What its own help says besides, in paragraphs. */
  readonly more?: string;
  /** The options that it takes besides those that all take. */
  readonly options?: readonly OwnOption[];
  /** What it does with a registered phone, or without any. */
  readonly act: { readonly phone: Command } | { readonly alone: Alone };
}

type Alone = (
  line: CommandLine,
  surroundings: {
    readonly directory: string;
    readonly system: System;
    readonly fetch: typeof globalThis.fetch;
  },
) => Promise<Told>;

const RECOVERING = ["out", "recovery-key", "without-icloud"] as const;

const ACCOUNTS = `FILE holds accounts in one of these forms, with or without a byte order mark:

JSON as recover --out writes it: {"version":1,"accounts":[…],"settings":{…}}, as in local/phone/sample-accounts.json. An account has kind (personal, work-or-school or third-party), issuer, userName and push; without push it has otp: type (totp, hotp or steam), secret in base32, algorithm, digits, and period or counter.

What another app exported: otpauth:// addresses, one to a line, as most apps and Ente Auth write them; otpauth-migration:// addresses of Google Authenticator; unencrypted JSON of Aegis, 2FAS or andOTP.`;

const [FIRST, NEW, PUSH, OTHERS, CHOOSE, TRY] = [
  "Begin, back up, look",
  "Get it onto a new phone",
  "Make accounts with push work here",
  "Decide about another phone",
  "Choose, see, leave",
  "Try things out",
];

/** Every command, in the order of the help. A new one is one more entry. */
export const COMMANDS: readonly CommandEntry[] = [
  { group: FIRST, name: "turn-on", means: "turn backup on", act: { phone: turnOn } },
  {
    group: FIRST,
    name: "upload",
    takes: "FILE",
    means: "back up the accounts of a file; names those that don't fit",
    more: ACCOUNTS,
    options: ["replaces", "without-icloud"],
    act: { phone: upload },
  },
  {
    group: FIRST,
    name: "status",
    means: "what is backed up, what waits or is frozen, and what to do next",
    act: { phone: status },
  },
  {
    group: FIRST,
    name: "refresh",
    means: "the owner has signed in again: the backup is up to date",
    act: { phone: refresh },
  },
  {
    group: FIRST,
    name: "versions",
    means: "the versions that are kept, the current one marked",
    act: { phone: versions },
  },
  {
    group: FIRST,
    name: "restore",
    takes: "N",
    means: "make an older version current again",
    act: { phone: restore },
  },
  {
    group: NEW,
    name: "preview",
    means: "what a recovery would bring, in numbers; begins none",
    options: ["version", "recovery-key", "without-icloud"],
    act: { phone: preview },
  },
  {
    group: NEW,
    name: "recover",
    means: "get the backup onto this phone, or begin to wait for it",
    options: ["version", ...RECOVERING],
    act: { phone: recover },
  },
  {
    group: NEW,
    name: "open",
    takes: "[RECOVERY-ID]",
    means: "get it when it has waited: the recovery that waits on this phone, or the one named",
    options: RECOVERING,
    act: { phone: open },
  },
  {
    group: NEW,
    name: "cancel",
    takes: "[RECOVERY-ID]",
    means: "give up a recovery on this phone",
    act: { phone: cancel },
  },
  {
    group: NEW,
    name: "start-anew",
    means: "back up from this phone from now on, without what is there; takes --confirm start-anew",
    more: "For what can't be opened, is another phone's or is not wanted. It stays in the history for 30 days. It waits as a recovery does. Only the owner decides that.",
    options: ["confirm"],
    act: { phone: startAnew },
  },
  {
    group: PUSH,
    name: "accounts",
    means: "the accounts on this phone, and which of them wait for you",
    act: { phone: accounts },
  },
  {
    group: PUSH,
    name: "verify",
    takes: "ACCOUNT",
    means: "make an account with push work on this phone, or go on with that",
    more: `ACCOUNT is its number in accounts, or its user name. A personal account takes a sign-in to it and a code to a contact of it; a work or school account the code of its provider, typed or as the text of its QR code. Then a push comes to this phone, which you answer.

In a terminal it asks for what is missing; elsewhere it says so, and the same command goes on with --code, --contact or --as.`,
    options: ["code", "contact", "as"],
    act: { phone: verify },
  },
  {
    group: PUSH,
    name: "answer",
    means: "answer the push that has come to this phone: it was you",
    options: ["number", "deny"],
    act: { phone: answer },
  },
  {
    group: PUSH,
    name: "add-work-account",
    takes: "[CODE]",
    means: "add a work or school account: by its provider's code, or with --as NAME by signing in to it",
    options: ["as", "organization", "tenant", "number"],
    act: { phone: addWorkAccount },
  },
  {
    group: OTHERS,
    name: "approve",
    takes: "RECOVERY-ID",
    means: "end the wait of a recovery on another phone",
    act: { phone: approve },
  },
  {
    group: OTHERS,
    name: "deny",
    takes: "RECOVERY-ID",
    means:
      '"this wasn\'t me": end a recovery that waits or was released, revoke its phone, freeze the backup',
    act: { phone: deny },
  },
  {
    group: OTHERS,
    name: "lift-freeze",
    means: "let a frozen backup go on; it also ends by itself after 30 days",
    act: { phone: liftFreeze },
  },
  { group: OTHERS, name: "list", means: "the owner's phones, and which are trusted", act: { phone: list } },
  {
    group: OTHERS,
    name: "revoke",
    takes: "DEVICE-ID",
    means: "take a phone's access away",
    act: { phone: revoke },
  },
  {
    group: OTHERS,
    name: "register",
    means: "register this phone again, after its access was taken away",
    more: "A phone is registered by its first command anyway.",
    act: { phone: register },
  },
  {
    group: CHOOSE,
    name: "recovery-key",
    means: "set up a recovery key, for an owner who loses the iCloud account",
    act: { phone: setRecoveryKey },
  },
  {
    group: CHOOSE,
    name: "remove-recovery-key",
    means: "after that, the key opens nothing",
    act: { phone: removeRecoveryKey },
  },
  {
    group: CHOOSE,
    name: "policy",
    means: "what the owner chose; with an option, choose",
    options: ["conflict", "other-platform", "waiting"],
    act: { phone: policy },
  },
  {
    group: CHOOSE,
    name: "contacts",
    takes: "[add|confirm|send|remove …]",
    means: "where else the owner is told of what happens, and is asked for codes",
    more: `contacts add ADDRESS-OR-NUMBER: a code is sent there, which the outbox of the local host shows.

contacts confirm CONTACT-ID CODE: from now on it is told. contacts send CONTACT-ID: another code. contacts remove CONTACT-ID takes it back.`,
    act: { phone: contacts },
  },
  {
    group: CHOOSE,
    name: "notices",
    means: "what this phone was told by push, each notice once, and what others did",
    act: { phone: notices },
  },
  {
    group: CHOOSE,
    name: "activity",
    means: "what happened to the backup",
    options: ["verify"],
    act: { phone: activity },
  },
  {
    group: CHOOSE,
    name: "export",
    means: "write everything that is held about the owner to --out FILE",
    options: ["out"],
    act: { phone: exportAll },
  },
  {
    group: CHOOSE,
    name: "turn-off",
    means: "destroy the backup; takes --confirm delete",
    options: ["confirm"],
    act: { phone: turnOff },
  },
  {
    group: CHOOSE,
    name: "erase",
    means: "erase everything that is held about the owner; takes --confirm erase",
    options: ["confirm", "and-phones"],
    act: { phone: erase },
  },
  {
    group: TRY,
    name: "clock",
    takes: "[+TIME]",
    means: "the time at the service on this machine, or move it on: +7d, +12h, +600",
    more: "It moves for good: the data has seen that time pass.",
    act: { alone: clock },
  },
  {
    group: TRY,
    name: "codes",
    takes: "[FILE]",
    means:
      "the codes that the accounts of a file show now; without FILE, those of accounts verified on this phone",
    more: ACCOUNTS,
    act: { alone: codes },
  },
  {
    group: TRY,
    name: "headers",
    takes: "METHOD PATH",
    means: "the headers of a request, its proof among them, for curl -H @-",
    act: { phone: headers },
  },
];

export function commandNamed(name: string): CommandEntry | undefined {
  return COMMANDS.find((command) => command.name === name);
}
