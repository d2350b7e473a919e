import { describe, expect, it } from "vitest";
import { freshnessOf } from "../../../shared/backup/freshness.ts";
import { version } from "./owner.ts";

const SIGNED_IN = "2026-08-01T08:00:00.000Z";

/** A backup of that sign-in with these uploads, newest first. */
function backup(...uploads: readonly string[]) {
  const versions = uploads.map((uploadedAt, at) => version(uploads.length - at, { uploadedAt }));
  return { signedInAt: SIGNED_IN, versions, current: uploads.length };
}

describe("a backup goes out of date", () => {
  it.each([
    ["30 days after the sign-in, without an upload", backup(), "2026-08-31T08:00:00.000Z"],
    [
      "30 days after the last upload",
      backup("2026-08-11T08:00:00.000Z", "2026-08-02T08:00:00.000Z"),
      "2026-09-10T08:00:00.000Z",
    ],
    [
      "30 days after the sign-in, where that was later than the upload",
      backup("2026-07-01T08:00:00.000Z"),
      "2026-08-31T08:00:00.000Z",
    ],
    [
      "90 days after the sign-in, whatever was uploaded since",
      backup("2026-10-29T08:00:00.000Z"),
      "2026-10-30T08:00:00.000Z",
    ],
  ])("%s [G7]", (_, backup, at) => {
    const outOfDateAt = Date.parse(at);
    expect(freshnessOf(backup, outOfDateAt - 1)).toEqual({ outOfDateAt, outOfDate: false });
    expect(freshnessOf(backup, outOfDateAt)).toEqual({ outOfDateAt, outOfDate: true });
  });
  it("30 days after the sign-in, where none is current since it was started anew, whatever was uploaded before", () => {
    const { current: _, ...anew } = backup("2026-08-20T08:00:00.000Z");
    expect(freshnessOf(anew, 0).outOfDateAt).toBe(Date.parse("2026-08-31T08:00:00.000Z"));
  });
});
