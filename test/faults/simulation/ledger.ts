import assert from "node:assert/strict";
import type { Partition } from "../partition.ts";
import type { Step } from "./journal.ts";

const DAY = 24 * 60 * 60 * 1000;

/** Versions that are kept whatever their age [H1]. */
const NEWEST = 10;

interface Version {
  /** Identifies the contents. */
  readonly contents: string;
  /** SHA-256 of the envelope. */
  readonly digest: string;
}

export type Ledger = ReturnType<typeof createLedger>;

/**
 * What was acknowledged, or seen in the store, and so must stay whatever fails afterwards; and which phones hold which
 * keys. Of the service's rules it knows none.
 */
export function createLedger() {
  const versions = new Map<number, Version>();
  const sent = new Set<string>();
  const refused = new Set<string>();
  /** The recovery that each idempotency key led to. */
  const recoveries = new Map<string, string>();
  /** The phones that were given each user key. */
  const holders = new Map<string, Set<string>>();

  return {
    version: (number: number) => versions.get(number),
    count: () => versions.size,

    sending(contents: string): void {
      sent.add(contents);
      refused.delete(contents);
    },

    /** A phone was told that its contents are stored, as this version. */
    stored(number: number, contents: string): void {
      assert.equal(versions.get(number)?.contents, contents, `the contents of version ${number}`);
    },

    /** A phone was told that its contents are not stored. */
    refuse(contents: string): void {
      const isStored = [...versions.values()].some((version) => version.contents === contents);
      assert(!isStored, "contents that are stored were refused");
      refused.add(contents);
    },

    /** A phone was told which recovery its idempotency key led to. */
    recovered(key: string, recoveryId: string): void {
      assert.equal(recoveryId, recoveries.get(key) ?? recoveryId, "an idempotency key has two recoveries");
      recoveries.set(key, recoveryId);
    },

    /** A phone was given a user key. */
    holds(deviceId: string, key: string): void {
      holders.set(key, (holders.get(key) ?? new Set()).add(deviceId));
    },

    /**
     * Compares what is stored with all that was known before, and learns what is new.
     * @param open the contents of an envelope
     */
    async compare({ envelopes }: Partition, open: (version: number) => Promise<string>): Promise<void> {
      for (const number of [...envelopes.keys()].sort((a, b) => a - b)) {
        const { digest } = envelopes.get(number) ?? assert.fail();
        const known = versions.get(number);
        if (known) {
          assert.equal(digest, known.digest, "a version is another");
          continue;
        }
        const older = [...versions.values()].find((version) => version.digest === digest);
        const contents = await open(number);
        assert(sent.has(contents), "nobody has sent these contents");
        if (older) assert.equal(contents, older.contents, "what was restored");
        else assert(!refused.has(contents), "contents that were refused are stored");
        versions.set(number, { contents, digest });
      }
    },

    /** No phone that was removed before holds the key that a version is sealed under. */
    checkSeal({ after: { owner }, type }: Step): void {
      if (type !== "backup-uploaded" || owner?.backup.state !== "on") return;
      const { backup, devices } = owner;
      const version = backup.versions[0] ?? assert.fail();
      const { id } = backup.keys.find(({ number }) => number === version.key) ?? assert.fail();
      for (const deviceId of holders.get(id) ?? []) {
        const phone = devices.find((device) => device.deviceId === deviceId);
        assert(phone?.trusted, "a phone that was removed can read what was uploaded since");
      }
    },

    /** A version goes with the backup, or when its time is over. */
    checkGone({ before, after, type, request: { at, deviceId } }: Step): void {
      const backup = before.owner?.backup;
      if (type === "backup-deleted" || backup?.state !== "on") return;
      const registered = new Set(after.owner?.devices.map(({ deviceId }) => deviceId));
      for (const [place, version] of backup.versions.entries()) {
        if (after.envelopes.has(version.version)) continue;
        const { replacedAt = "", uploadedAt, held, device } = version;
        const age = (time: string) => at - Date.parse(time);
        assert(version.version !== backup.current || type === "backup-uploaded", "the current version");
        assert(place >= NEWEST - 1, "one of the newest is gone");
        // What a phone restored is another's.
        const isOwn = (other: { readonly version: number; readonly sealedAs: number }) =>
          other.version === other.sealedAs;
        const uploaded = backup.versions.slice(0, place).filter(isOwn);
        const newer = [
          ...(type === "backup-uploaded" ? [{ deviceId }] : []),
          ...uploaded.map((other) => other.device),
        ];
        const isNewest = isOwn(version) && newer.every((other) => other?.deviceId !== device.deviceId);
        assert(!isNewest || !registered.has(device.deviceId), "the newest of a phone is gone");
        // A denial made it current again: until then, another was.
        const isBack = backup.versions.slice(0, place).some((newer) => newer.uploadedAt < replacedAt);
        const wasLast = !isBack && dayOf(replacedAt) > dayOf(uploadedAt);
        assert(!wasLast || age(replacedAt) >= 30 * DAY, "what was current at a day's end is gone");
        const lost = held?.by === "loss" || held?.by === "revocation";
        assert(!lost || age(held.since) >= 30 * DAY, "what was replaced with a loss is gone");
      }
    },
  };
}

function dayOf(time: string): number {
  return Math.floor(Date.parse(time) / DAY);
}
