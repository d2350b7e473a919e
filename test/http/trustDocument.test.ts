import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { endpoints } from "../../functions/endpoints.ts";
import {
  ANEW_A_DAY,
  BEHIND,
  CONFIRMED,
  DAYS,
  HISTORY_BYTES,
  NEWEST,
  REVOKED,
} from "../../shared/backup/history.ts";
import { COUNTS_AFTER, COUNTS_AFTER_REMOVAL, KEPT_AFTER_REMOVAL } from "../../shared/contact/contacts.ts";
import { UNUSED } from "../../shared/devices/registration.ts";
import { catalogue, type ProblemCode, type ProblemKind, type Remedy } from "../../shared/errors/catalogue.ts";
import { isForPhones, isForRole, type PhoneAccess } from "../../shared/http/endpoint.ts";
import { ROUTE_PREFIX } from "../../shared/http/message.ts";
import { problemsOf } from "../../shared/http/problems.ts";
import { MOST_CONTACTS, MOST_LISTED_CONTACTS } from "../../shared/model/contact.ts";
import { MOST_DEVICES, MOST_REMOVED, MOST_TOKENS } from "../../shared/model/device.ts";
import { FREEZE_LIFE } from "../../shared/model/freeze.ts";
import { MOST_VERSIONS } from "../../shared/model/owner.ts";
import { LONGEST_WAIT } from "../../shared/model/policy.ts";
import { MOST_RECOVERIES, RECOVERY_LIFE, RECOVERY_TTL } from "../../shared/model/recovery.ts";
import { STALE_DENIAL } from "../../shared/recovery/say.ts";
import { NOTICE_TTL } from "../../shared/store/items.ts";

const document = readFileSync(new URL("../../docs/trust.md", import.meta.url), "utf8");

/** Seconds in a day. */
const DAY = 24 * 60 * 60;

function sectionOf(heading: string): string {
  return document.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? expect.fail(`no section ${heading}`);
}

/** The cells of each row of the tables whose first cell is in backquotes. */
function rowsOf(section: string): string[][] {
  return Array.from(section.matchAll(/^\| (`.+) \|$/gm), ([, row = ""]) => row.split(/ ?\| ?/));
}

function quoted(cell = ""): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, text = ""]) => text);
}

/** Every constant that the page names, in the unit that it uses. */
const CONSTANTS: Readonly<Record<string, string>> = {
  LONGEST_WAIT: `${LONGEST_WAIT / DAY} days`,
  RECOVERY_LIFE: `${RECOVERY_LIFE / DAY} days`,
  FREEZE_LIFE: `${FREEZE_LIFE / DAY} days`,
  STALE_DENIAL: `${STALE_DENIAL / 1000 / DAY} days`,
  UNUSED: `${UNUSED / 1000 / DAY} days`,
  MOST_DEVICES: `${MOST_DEVICES} phones`,
  MOST_REMOVED: `${MOST_REMOVED} phones`,
  MOST_TOKENS: `${MOST_TOKENS} tokens`,
  MOST_RECOVERIES: `${MOST_RECOVERIES} recoveries`,
  DAYS: `${DAYS} days`,
  NEWEST: `${NEWEST} versions`,
  CONFIRMED: `${CONFIRMED} versions`,
  REVOKED: `${REVOKED} versions`,
  ANEW_A_DAY: `${ANEW_A_DAY} versions`,
  BEHIND: `${BEHIND} days`,
  MOST_VERSIONS: `${MOST_VERSIONS} versions`,
  HISTORY_BYTES: `${HISTORY_BYTES / 1000} kB`,
  COUNTS_AFTER: `${COUNTS_AFTER / 1000 / DAY} days`,
  COUNTS_AFTER_REMOVAL: `${COUNTS_AFTER_REMOVAL / 1000 / DAY} days`,
  KEPT_AFTER_REMOVAL: `${KEPT_AFTER_REMOVAL / 1000 / DAY} days`,
  MOST_CONTACTS: `${MOST_CONTACTS} contacts`,
  MOST_LISTED_CONTACTS: `${MOST_LISTED_CONTACTS} contacts`,
  NOTICE_TTL: `${NOTICE_TTL / DAY} days`,
  RECOVERY_TTL: `${RECOVERY_TTL / DAY} days`,
};

/** The days of each bound, of which it is the sum. */
const WAIT = LONGEST_WAIT / DAY;
const FREEZE = FREEZE_LIFE / DAY;
const FREE = [WAIT, FREEZE, WAIT];
const HELD_OFF = [WAIT, FREEZE];
const BOUNDS = [
  FREE,
  [WAIT, RECOVERY_LIFE / DAY, sum(FREE)],
  [UNUSED / 1000 / DAY, sum(FREE)],
  HELD_OFF,
  [UNUSED / 1000 / DAY, sum(HELD_OFF)],
];

function sum(days: readonly number[]): number {
  return days.reduce((total, each) => total + each, 0);
}

/** How the table says what a declaration does. */
const PHONES: Readonly<Record<string, Pick<PhoneAccess, "registered" | "standing">>> = {
  new: { registered: "no", standing: "registered" },
  registered: { registered: "yes", standing: "registered" },
  "registered or removed": { registered: "or-removed", standing: "registered" },
  trusted: { registered: "yes", standing: "trusted" },
  "trusted while on": { registered: "yes", standing: "trusted-if-on" },
  "trusted while on or any is": { registered: "yes", standing: "trusted-if-any" },
};
const FRESH: Readonly<Record<string, PhoneAccess["stepUp"]>> = {
  yes: "needed",
  no: "not-needed",
  "by case": "by-guards",
};
const FROZEN: Readonly<Record<string, PhoneAccess["frozen"]>> = {
  stops: "stops",
  "goes on": "goes-on",
  "by case": "by-guards",
};

/** What is no owner's to walk: a fault of the app or of the service, or a sign-in like any other. */
const NO_WAY: readonly Remedy[] = [
  "ask-for-role",
  "contact-support",
  "fix-request",
  "issue-another-code",
  "make-new-proof",
  "retry-later",
  "sign-in",
  "use-operator-token",
  "use-personal-account",
  "use-provider-token",
];

describe("docs/trust.md", () => {
  it("says of every request of an owner which phone may make it, after which sign-in, and whether a freeze stops it", () => {
    const told = rowsOf(sectionOf("Who may do what")).map(
      ([request = "", phone = "", fresh = "", frozen = ""]) => ({
        request: quoted(request).join(),
        ...PHONES[phone],
        stepUp: FRESH[fresh],
        frozen: FROZEN[frozen],
      }),
    );
    const phoneEndpoints = endpoints.filter(isForPhones);
    const declared = phoneEndpoints.map(({ access, declaration: { method, route } }) => ({
      request: `${method} /${ROUTE_PREFIX}/${route}`,
      registered: access.registered,
      standing: access.standing,
      stepUp: access.stepUp,
      frozen: access.frozen,
    }));
    expect(told).toEqual(declared);
  });

  it("has the numbers of the code", () => {
    const rows = rowsOf(sectionOf("What is promised"));
    expect(Object.fromEntries(rows.map(([name, value]) => [quoted(name).join(), value]))).toEqual(CONSTANTS);
  });

  it("promises what those numbers come to, and nothing sooner", () => {
    const rows = sectionOf("What is promised").matchAll(/^\| (\d+) \| ([\d +]+) \|/gm);
    const told = Array.from(rows, ([, total, days = ""]) => [
      Number(total),
      ...days.split(" + ").map(Number),
    ]);
    expect(told).toEqual(BOUNDS.map((days) => [sum(days), ...days]));
    const [promises = ""] = sectionOf("What is promised").split("\n\nThe first holds");
    const bold = Array.from(promises.matchAll(/\*\*(\d+)/g), ([, days]) => Number(days));
    expect(bold).toEqual([
      ...BOUNDS.slice(0, 3).map(sum),
      RECOVERY_LIFE / DAY,
      DAYS,
      ...BOUNDS.slice(3).map(sum),
      STALE_DENIAL / 1000 / DAY,
    ]);
  });

  it("says what each refusal leads to that an owner can do something about [G10]", () => {
    const told = rowsOf(sectionOf("What each refusal leads to")).flatMap(([codes, remedy, otherwise]) =>
      quoted(codes).map((code) => ({ code, remedies: [...quoted(remedy), ...quoted(otherwise)] })),
    );
    const kinds: [string, ProblemKind][] = Object.entries(catalogue);
    const toRoles = new Set(endpoints.filter(isForRole).flatMap((endpoint) => [...problemsOf(endpoint)]));
    const toOthers = new Set(
      endpoints.filter((endpoint) => !isForRole(endpoint)).flatMap((endpoint) => [...problemsOf(endpoint)]),
    );
    const isRolesOnly = (code: string) =>
      toRoles.has(code as ProblemCode) && !toOthers.has(code as ProblemCode);
    const known = kinds
      .filter(([code, { remedy }]) => !NO_WAY.includes(remedy) && !isRolesOnly(code))
      .map(([code, { remedy, otherwise }]) => ({
        code,
        remedies: [remedy, ...(otherwise ? [otherwise] : [])],
      }));
    expect(told.toSorted(byCode)).toEqual(known.toSorted(byCode));
  });
});

function byCode(a: { code: string }, b: { code: string }): number {
  return a.code < b.code ? -1 : 1;
}
