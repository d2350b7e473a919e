import { describe, expect, it } from "vitest";
import { refuseReading, refuseStorageAccount, stored } from "../../../shared/backup/storageAccount.ts";

const [CHECK, OTHER] = ["c".repeat(43), "o".repeat(43)];

describe("the check of a storage account", () => {
  it("is stored hashed: who reads the database can't show it as a phone does [A7]", () => {
    expect(stored(CHECK)).toMatch(/^[\w-]{43}$/);
    expect(stored(CHECK)).not.toBe(CHECK);
    expect(stored(CHECK)).not.toBe(stored(OTHER));
    expect(refuseStorageAccount("ios", stored(CHECK), stored(CHECK))).toEqual({
      reason: "storage-account-mismatch",
    });
  });

  it("is what an iPhone shows, and must be that of the backup, where there is one [A5] [A8]", () => {
    expect(refuseStorageAccount("ios", CHECK, stored(CHECK))).toBeUndefined();
    expect(refuseStorageAccount("ios", CHECK)).toBeUndefined();
    expect(refuseStorageAccount("ios", OTHER, stored(CHECK))).toEqual({ reason: "storage-account-mismatch" });
    for (const expected of [undefined, stored(CHECK)]) {
      expect(refuseStorageAccount("ios", undefined, expected)).toEqual({ reason: "storage-account-missing" });
    }
  });

  it("is none of an Android phone's [A6]", () => {
    expect(refuseStorageAccount("android", undefined)).toBeUndefined();
    expect(refuseStorageAccount("android", CHECK)).toEqual({ reason: "storage-account-unexpected" });
  });
});

it("a phone uses what is under a key of its platform and storage account, and nothing else [A8] [G1]", () => {
  const ios = { platform: "ios", storageCheck: stored(CHECK) } as const;
  expect(refuseReading(ios, "ios", CHECK)).toBeUndefined();
  expect(refuseReading(ios, "ios", OTHER)).toEqual({ reason: "storage-account-mismatch" });
  expect(refuseReading(ios, "android", undefined)).toEqual({
    reason: "platform-changed",
    backupPlatform: "ios",
  });
  expect(refuseReading({ platform: "android" }, "ios", CHECK)).toEqual({
    reason: "platform-changed",
    backupPlatform: "android",
  });
});
