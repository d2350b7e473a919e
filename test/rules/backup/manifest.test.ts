import { describe, expect, it } from "vitest";
import { MOST_ACCOUNTS, manifest } from "../../../shared/model/manifest.ts";

/** The reference of the account with this number. */
const ref = (number: number) => String(number).padStart(43, "r");

const personal = { ref: ref(1), kind: "personal", push: true, subjectHash: "p".repeat(43) };
const work = {
  ref: ref(2),
  kind: "work-or-school",
  push: true,
  tenant: "5f0c6f0e-0f0a-4a53-9d8f-3d2f1f6f6a11",
  subjectHash: "s".repeat(43),
};
const thirdParty = { ref: ref(3), kind: "third-party", push: false };

const accounts = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ ...thirdParty, ref: ref(at) }));

const holds = (...entries: readonly object[]) => manifest.safeParse({ accounts: entries }).success;

describe("a manifest", () => {
  it("holds accounts of each kind, in the owner's order, or none", () => {
    const entries = [thirdParty, work, personal, { ref: ref(4), kind: "personal", push: false }];
    expect(manifest.parse({ accounts: entries })).toEqual({ accounts: entries });
    expect(holds({ ...work, push: false })).toBe(true);
    expect(holds()).toBe(true);
  });

  it.each([personal, work, thirdParty])("takes nothing else about an account: $kind [C3] [C6]", (entry) => {
    expect(holds(entry)).toBe(true);
    expect(holds({ ...entry, name: "alice@example.com" })).toBe(false);
    expect(holds({ ...entry, ref: "short" })).toBe(false);
  });

  it.each(Object.keys(work))("needs %s of a work or school account", (member) => {
    expect(holds({ ...work, [member]: undefined })).toBe(false);
  });

  it.each(Object.keys(personal))("needs %s of a personal account with push", (member) => {
    expect(holds({ ...personal, [member]: undefined })).toBe(false);
  });

  it("has no subject where nothing is to be verified", () => {
    expect(holds({ ...personal, push: false })).toBe(false);
    expect(holds({ ...thirdParty, subjectHash: personal.subjectHash })).toBe(false);
  });

  it("has no push of a third party's account, and no kind that is not known", () => {
    expect(holds({ ...thirdParty, push: true })).toBe(false);
    expect(holds({ ...thirdParty, kind: "" })).toBe(false);
  });

  it("takes nothing beside the accounts", () => {
    expect(manifest.safeParse({ accounts: [], owner: "alice" }).success).toBe(false);
    expect(manifest.safeParse({}).success).toBe(false);
  });

  it("holds 500 accounts and no more", () => {
    expect(holds(...accounts(MOST_ACCOUNTS))).toBe(true);
    expect(holds(...accounts(MOST_ACCOUNTS + 1))).toBe(false);
  });

  it("names no account twice", () => {
    const { error } = manifest.safeParse({ accounts: [personal, { ...work, ref: personal.ref }] });
    expect(error?.issues).toMatchObject([{ path: ["accounts"], message: "names an account twice" }]);
  });
});
