import { describe, expect, it } from "vitest";
import type { ManifestEntry } from "../../../shared/model/manifest.ts";
import { pendingAccount, recoveredAccount } from "../../../shared/model/recovery.ts";
import { entryOf, recoveredFrom, toldOf } from "../../../shared/recovery/accounts.ts";

const ref = "r".repeat(43);
const subjectHash = "s".repeat(43);
const work = {
  ref,
  kind: "work-or-school",
  tenant: "5f0c6f0e-0f0a-4a53-9d8f-3d2f1f6f6a11",
  subjectHash,
} as const;
const pendingWork = recoveredFrom({ ...work, push: true });

describe("a recovered account", () => {
  it.each<ManifestEntry>([
    { ref, kind: "personal", push: false },
    { ...work, push: false },
    { ref, kind: "third-party", push: false },
  ])("works at once without push: $kind [E9]", (entry) => {
    const account = { ref, kind: entry.kind, push: false, state: "ready", means: [] };
    expect(recoveredFrom(entry)).toEqual(account);
    expect(recoveredAccount.parse(account)).toEqual(account);
  });

  it.each<{ entry: ManifestEntry; means: readonly string[] }>([
    {
      entry: { ref, kind: "personal", push: true, subjectHash },
      means: ["fresh-sign-in", "contact-code", "push-answer"],
    },
    { entry: { ...work, push: true }, means: ["activation-code", "push-answer"] },
  ])("is verified again with push: $entry.kind [E1]", ({ entry, means }) => {
    const told = { ref, kind: entry.kind, push: true, state: "action-required", means };
    const pending = recoveredFrom(entry);
    expect(pending).toEqual({ ...entry, ...told });
    expect(pendingAccount.parse(pending)).toEqual(pending);
    expect(entryOf(pending)).toEqual(entry);
    expect(toldOf(pending)).toEqual(told);
    expect(recoveredAccount.parse(toldOf(pending))).toEqual(told);
  });

  it.each([
    ["without push", recoveredFrom({ ...work, push: false })],
    ["stored before it was known who it is", { ...pendingWork, subjectHash: undefined }],
    ["at work, of no tenant", { ...pendingWork, tenant: undefined }],
    ["of a third party", { ...pendingWork, kind: "third-party" as const }],
  ])("has nothing that could be verified: %s [E9]", (_, account) => {
    expect(entryOf(account)).toBeUndefined();
  });
});
