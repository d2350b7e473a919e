import { describe, expect, it } from "vitest";
import { explain } from "../../../shared/backup/explain.ts";
import { refuseOverwrite } from "../../../shared/backup/overwrite.ts";
import { actor, version } from "./owner.ts";

const HOLDER = { holdsBackup: true };
const STRANGER = { holdsBackup: false };

/** The refusal of an upload over a present version of so many accounts, number 2; undefined if there is none. */
function refusal(
  accounts: number,
  offered: number,
  { device = HOLDER, replaces }: { device?: { holdsBackup: boolean }; replaces?: number } = {},
) {
  const versions = [{ ...version(2), accounts }, version(1)];
  const refused = refuseOverwrite({ device, versions, offered, replaces });
  return refused && explain(refused);
}

/** What the owner is told of the present version: its phone by name, without the id. */
const present = {
  version: 2,
  accounts: 6,
  uploadedAt: "2026-11-22T08:02:00.000Z",
  device: { name: actor.name, platform: actor.platform },
};

describe("an upload over a present version", () => {
  it("is refused from a phone that does not hold the backup, however much it offers [D11]", () => {
    const { code, members } = refusal(6, 9, { device: STRANGER }) ?? {};
    expect({ code, members }).toEqual({ code: "overwrite-refused", members: { present } });
  });

  it("is refused where it would lose more than half, with both counts [H2]", () => {
    const { code, members } = refusal(6, 2) ?? {};
    expect({ code, members }).toEqual({ code: "sharp-drop", members: { present, offered: 2 } });
  });

  it.each([
    [4, 2],
    [4, 4],
    [5, 3],
    [6, 3],
    [6, 9],
    // Fewer than four are soon lost for good reasons.
    [3, 0],
    [1, 0],
    [0, 0],
  ])(
    "is accepted from a phone that holds the backup: of %i accounts it leaves %i [H2]",
    (accounts, offered) => {
      expect(refusal(accounts, offered)).toBeUndefined();
    },
  );

  it.each([
    [4, 1],
    [4, 0],
    [5, 2],
    [500, 249],
  ])("is a sharp drop where of %i accounts it leaves %i [H2]", (accounts, offered) => {
    expect(refusal(accounts, offered)?.code).toBe("sharp-drop");
  });

  it.each([HOLDER, STRANGER])("is accepted where the owner names the version it replaces: %j", (device) => {
    expect(refusal(6, 0, { device, replaces: 2 })).toBeUndefined();
  });

  it("is refused where the owner names another version", () => {
    expect(refusal(6, 6, { device: STRANGER, replaces: 1 })?.code).toBe("overwrite-refused");
    expect(refusal(6, 0, { replaces: 1 })?.code).toBe("sharp-drop");
  });
});

describe("an upload where there is no version", () => {
  it.each([undefined, 1])("is refused to no phone, replacing %j", (replaces) => {
    const first = { device: STRANGER, versions: [], offered: 0, replaces };
    expect(refuseOverwrite(first)).toBeUndefined();
  });
});
