import { describe, expect, it } from "vitest";
import type { ManifestEntry } from "../../../shared/model/manifest.ts";
import { recoveredAccount } from "../../../shared/model/recovery.ts";
import { recoveredFrom } from "../../../shared/recovery/accounts.ts";

const ref = "r".repeat(43);
const work = {
  ref,
  kind: "work-or-school",
  tenant: "5f0c6f0e-0f0a-4a53-9d8f-3d2f1f6f6a11",
  subjectHash: "s".repeat(43),
} as const;

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
    { entry: { ref, kind: "personal", push: true }, means: ["fresh-sign-in", "contact-code"] },
    { entry: { ...work, push: true }, means: ["activation-code"] },
  ])(
    "is verified again with push, and keeps nothing else of the manifest: $entry.kind [E1]",
    ({ entry, means }) => {
      const account = { ref, kind: entry.kind, push: true, state: "action-required", means };
      expect(recoveredFrom(entry)).toEqual(account);
      expect(recoveredAccount.parse(account)).toEqual(account);
    },
  );
});
