import assert from "node:assert/strict";
import { hash } from "node:crypto";
import type { Envelope } from "../../shared/model/envelope.ts";
import type { Notice } from "../../shared/model/notice.ts";
import type { Owner } from "../../shared/model/owner.ts";
import type { Recovery } from "../../shared/model/recovery.ts";
import { envelope, idempotency, ids, notice, owner, recovery } from "../../shared/store/items.ts";
import type { StoredItem } from "../../shared/store/port.ts";
import { type ItemKind, parseItem } from "../../shared/store/schema.ts";

/** All that the store holds of one owner. */
export interface Partition {
  readonly owner: Owner | undefined;
  /** By number. */
  readonly envelopes: ReadonlyMap<number, Envelope>;
  /** By id. */
  readonly recoveries: ReadonlyMap<string, Recovery>;
  /** What each idempotency key led to. */
  readonly outcomes: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** By id. */
  readonly notices: ReadonlyMap<string, Notice>;
  readonly proofs: number;
}

/**
 * Reads what is stored of one owner, and fails if its parts can't be of the same commits: whatever failed and when,
 * it must be the state before an act or the one after it.
 */
export function readPartition(items: readonly StoredItem[]): Partition {
  const stored = items.find(({ id }) => id === ids.owner);
  const envelopes = byName(items, "envelope:", envelope);
  const partition: Partition = {
    owner: stored && parseItem(owner, stored),
    envelopes: new Map([...envelopes.values()].map((item) => [item.version, item])),
    recoveries: byName(items, "recovery:", recovery),
    outcomes: new Map(
      [...byName(items, "idempotency:", idempotency)].map(([key, { outcome }]) => [key, outcome]),
    ),
    notices: byName(items, "notice:", notice),
    proofs: items.filter(({ id }) => id.startsWith("proof:")).length,
  };
  if (partition.owner) checkOwner(partition.owner, partition);
  else assert.deepEqual(items, [], "items without an owner");
  return partition;
}

function byName<Item>(items: readonly StoredItem[], prefix: string, kind: ItemKind<Item>): Map<string, Item> {
  const named = items.filter(({ id }) => id.startsWith(prefix));
  return new Map(named.map((item) => [item.id.slice(prefix.length), parseItem(kind, item)]));
}

function checkOwner(
  { backup, devices, nextVersion, recoveries: shown }: Owner,
  { envelopes, recoveries, outcomes }: Partition,
) {
  const names = devices.map(({ deviceId }) => deviceId);
  assert.equal(new Set(names).size, names.length, "a phone is there twice");

  const listed = backup.state === "on" ? backup.versions : [];
  const numbers = listed.map(({ version }) => version);
  assert.deepEqual(
    numbers,
    [...envelopes.keys()].sort((a, b) => b - a),
    "the versions and their envelopes",
  );
  if (numbers.length > 0) assert.equal(nextVersion, Math.max(...numbers) + 1, "the next version");
  for (const version of listed) {
    const held = envelopes.get(version.version);
    assert.equal(held && hash("sha256", held.envelope, "base64url"), version.digest, "an envelope's digest");
    assert.equal(held?.manifest.accounts.length, version.accounts);
    assert.equal(held?.uploadedAt, version.uploadedAt);
  }

  for (const { recoveryId, deviceId, state, releaseAt } of shown) {
    assert(names.includes(deviceId), "a recovery on a phone that is not there");
    const { deviceId: on, state: stands, releaseAt: until } = recoveries.get(recoveryId) ?? assert.fail();
    assert.deepEqual([on, until], [deviceId, releaseAt], "a recovery that is listed");
    // A recovery that was cancelled after its release stays listed, so that it can be denied.
    if (stands !== "cancelled" || state !== "released") assert.equal(stands, state, "how a recovery stands");
  }
  for (const [key, { keyId, recoveryId }] of outcomes) {
    // What it led to is gone if backup has been turned off since.
    if (keyId !== undefined && backup.state !== "deleted")
      assert.equal(backup.state === "on" && backup.userKey.id, keyId, `the key of ${key}`);
    if (recoveryId !== undefined) assert(recoveries.has(String(recoveryId)), `the recovery of ${key}`);
  }
}

/** The items with everything masked that differs from run to run: two runs of the same acts give the same. */
export function shapeOf(items: readonly StoredItem[]): string[] {
  return items.map(({ id, body }) => maskVarying({ id, body })).sort();
}

/** JSON with times, ids, keys, hashes and ciphertexts masked; words of the service stay. */
export function maskVarying(value: unknown): string {
  const json = JSON.stringify(value) ?? "";
  return json
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"#"')
    .replace(/[A-Za-z0-9_.-]{16,}/g, (text) => (/^[a-z-]+$/.test(text) ? text : "#"));
}
