import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MOST_LISTED_CONTACTS } from "../../../shared/model/contact.ts";
import { MOST_DEVICES, MOST_REMOVED, MOST_TOKENS } from "../../../shared/model/device.ts";
import { MOST_ACCOUNTS } from "../../../shared/model/manifest.ts";
import { noticeType } from "../../../shared/model/notice.ts";
import { MOST_KEYS, MOST_SPANS, MOST_VERSIONS, type Owner, ownerShape } from "../../../shared/model/owner.ts";
import { MOST_RECOVERIES } from "../../../shared/model/recovery.ts";
import { MOST_SPENT } from "../../../shared/model/spent.ts";
import { packed, storedOn } from "../../../shared/model/storedOwner.ts";
import { MOST_REFUSALS, MOST_TALLIES } from "../../../shared/model/tries.ts";
import * as items from "../../../shared/store/items.ts";
import type { ItemKind } from "../../../shared/store/schema.ts";
import { parseItem } from "../../../shared/store/schema.ts";

const document = readFileSync(new URL("../../../docs/storage-schema.md", import.meta.url), "utf8");

/** The kinds, by the headings of the document. */
const KINDS: Readonly<Record<string, ItemKind<unknown>>> = {
  owner: items.owner,
  "envelope:{version}": items.envelope,
  "recovery:{id}": items.recovery,
  "notice:{id}": items.notice,
  "contact:{id}": items.contact,
  "push:{deviceId}": items.pushToken,
  sends: items.sends,
  texts: items.texts,
  "notice-texts": items.noticeTexts,
  "activation:{id}": items.activation,
  open: items.openActivations,
  code: items.activationCode,
  key: items.activationKey,
  "credential:{userId}:{deviceId}": items.holder,
  "issued:{credentialId}": items.issued,
  codes: items.codeTries,
  "challenge:{id}": items.challenge,
  "credential:{deviceId}:{ref}": items.credential,
  "key:{thumbprint}": items.accountKey,
  "event:{number}": items.event,
  "idempotency:{key}": items.idempotency,
  "service-key": items.serviceKeyCheck,
  "texts-closed": items.closedTexts,
  rewrap: items.rewrapState,
  swept: items.swept,
};

/** What a spent proof holds, and a sign-in that was used: nothing reads it. */
const UNREAD = ["proof:{hash}", "sign-in:{hash}"];

function sectionOf(heading: string): string {
  return document.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? expect.fail(`no section ${heading}`);
}

function exampleOf(heading: string) {
  return JSON.parse(/```json\n(.+?)```/s.exec(sectionOf(heading))?.[1] ?? "null");
}

describe("docs/storage-schema.md", () => {
  it("has a section for every kind of item, and for no other", () => {
    const headings = Array.from(document.matchAll(/^## (.+)$/gm), ([, heading = ""]) => heading);
    expect(headings.toSorted()).toEqual([...Object.keys(KINDS), ...UNREAD].toSorted());
  });

  it.each(Object.entries(KINDS))("shows an item as it is stored: %s", (heading, kind) => {
    const body = exampleOf(heading);
    const item = parseItem(kind, { id: heading, etag: "", body });
    expect(kind === items.owner ? packed(item as Owner) : item).toEqual(body);
  });

  it("names every member of an owner, of a phone and of a user key", () => {
    const section = sectionOf("owner");
    const { devices, removed, backup } = ownerShape.shape;
    const on = backup.options.find(({ shape }) => shape.state.value === "on") ?? expect.fail();
    if (!("keys" in on.shape)) expect.fail();
    const members = [
      ownerShape.shape,
      devices.element.shape,
      removed.element.shape,
      on.shape,
      on.shape.keys.element.shape,
      storedOn.shape.versions.element.shape,
      storedOn.shape,
    ].flatMap((shape) => Object.keys(shape));
    const named = (member: string) => new RegExp(`[\`".]${member}["\`]`).test(section);
    expect(members.filter((member) => !named(member))).toEqual([]);
  });

  it("names every type of notice", () => {
    const section = sectionOf("notice:{id}");
    expect(noticeType.options.filter((type) => !section.includes(`\`${type}\``))).toEqual([]);
  });

  it("tells the most of every list of an owner's item", () => {
    const cells = Array.from(sectionOf("owner").matchAll(/\| ([^|]*`\w+`[^|]*) \| (\d+) (?=\|)/g));
    expect(Object.fromEntries(cells.map(([, list, most]) => [list, Number(most)]))).toEqual({
      "`devices`": MOST_DEVICES,
      "`removed`": MOST_REMOVED,
      "`tokens` of a phone": MOST_TOKENS,
      "accounts in a `list`": MOST_ACCOUNTS,
      "`tries`": MOST_TALLIES,
      "`refusals`": MOST_REFUSALS,
      "`versions`": MOST_VERSIONS,
      "`keys`": MOST_KEYS,
      "`recoveries`": MOST_RECOVERIES,
      "`frozenDays`": MOST_SPANS,
      "`contacts`": MOST_LISTED_CONTACTS,
      "`listed` of `spent`": MOST_SPENT,
      "`phones`": MOST_VERSIONS,
    });
  });
});
