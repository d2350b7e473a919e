import assert from "node:assert/strict";
import { DAYS, NEWEST } from "../../../shared/backup/history.ts";
import type { Partition } from "../partition.ts";

const DAY = 24 * 60 * 60 * 1000;

interface Version {
  /** Identifies the contents. */
  readonly contents: string;
  /** SHA-256 of the envelope. */
  readonly digest: string;
  readonly uploadedAt: string;
}

export type Ledger = ReturnType<typeof createLedger>;

/**
 * The plain model of one owner's backup: what was acknowledged, or seen in the store, and so must stay whatever fails
 * afterwards. An act without an answer is in it once its effect was seen.
 */
export function createLedger() {
  const versions = new Map<number, Version>();
  const numbers = new Map<string, number>();
  const sent = new Set<string>();
  const refused = new Set<string>();
  /** The recovery that each idempotency key led to. */
  const recoveries = new Map<string, string>();
  const keysSent = new Set<string>();
  let acknowledged = 0;
  let keyId: string | undefined;

  /** The versions that are kept after the newest upload [H1], newest first. */
  function history(): number[] {
    const newestFirst = [...versions]
      .sort(([a], [b]) => b - a)
      .map(([number, { uploadedAt }]) => ({
        number,
        day: Math.floor(Date.parse(uploadedAt) / DAY),
      }));
    const today = newestFirst[0]?.day ?? 0;
    return newestFirst
      .filter(({ day }, at) => at < NEWEST || (day !== newestFirst[at - 1]?.day && today - day < DAYS))
      .map(({ number }) => number);
  }

  /** The owner's user key: there is never more than one. */
  function key(id: string): void {
    keyId ??= id;
    assert.equal(id, keyId, "the user key's id");
  }

  return {
    keyId: () => keyId,
    /** The newest version that a phone was told is stored. */
    acknowledged: () => acknowledged,
    nextVersion: () => versions.size + 1,
    version: (number: number) => versions.get(number),

    key,
    sending: (contents: string) => void sent.add(contents),
    sendingKey: (key: string) => void keysSent.add(key),

    /** A phone was told that its contents are stored, as this version. */
    stored(number: number, contents: string): void {
      acknowledged = Math.max(acknowledged, number);
      assert.equal(versions.get(number)?.contents, contents, `the contents of version ${number}`);
    },

    /** A phone was told that its contents are not stored. */
    refuse(contents: string, { envelopes }: Partition): void {
      assert(!envelopes.has(numbers.get(contents) ?? 0), "contents that are stored were refused");
      refused.add(contents);
    },

    /** A phone was told which recovery its idempotency key led to. */
    recovered(key: string, recoveryId: string): void {
      assert.equal(recoveries.get(key), recoveryId, "the recovery of an idempotency key");
    },

    /**
     * Compares what is stored with all that was known before, and learns what is new.
     * @param open the contents of an envelope
     */
    async compare(
      { owner, envelopes, recoveries: stored, outcomes }: Partition,
      open: (version: number) => Promise<string>,
    ): Promise<void> {
      const backup = owner?.backup;
      if (backup?.state === "on") key(backup.userKey.id);
      else assert.equal(keyId, undefined, "a backup that was on is off");

      for (const number of [...envelopes.keys()].sort((a, b) => a - b)) {
        const { digest, uploadedAt } = envelopes.get(number) ?? assert.fail();
        const known = versions.get(number);
        if (known) {
          assert.deepEqual({ digest, uploadedAt }, { digest: known.digest, uploadedAt: known.uploadedAt });
          continue;
        }
        assert.equal(number, versions.size + 1, "version numbers have no gap");
        const contents = await open(number);
        assert(sent.has(contents), "nobody has sent these contents");
        assert(!refused.has(contents), "contents that were refused are stored");
        assert(!numbers.has(contents), "contents in two versions");
        versions.set(number, { contents, digest, uploadedAt });
        numbers.set(contents, number);
      }
      assert.equal(owner?.nextVersion ?? 1, versions.size + 1, "the next version");
      assert.deepEqual(
        [...envelopes.keys()].sort((a, b) => b - a),
        history(),
        "the history that is kept",
      );

      for (const [key, { recoveryId }] of outcomes) {
        assert(keysSent.has(key), "nobody has sent this idempotency key");
        if (recoveryId === undefined) continue;
        assert.equal(recoveryId, recoveries.get(key) ?? recoveryId, "an idempotency key has two recoveries");
        recoveries.set(key, String(recoveryId));
      }
      assert.deepEqual([...stored.keys()].sort(), [...recoveries.values()].sort(), "recoveries");
    },
  };
}
