import assert from "node:assert/strict";
import { hash } from "node:crypto";
import type { Challenge } from "../../shared/model/challenge.ts";
import type { Credential } from "../../shared/model/credential.ts";
import type { Envelope } from "../../shared/model/envelope.ts";
import type { Notice } from "../../shared/model/notice.ts";
import type { Owner } from "../../shared/model/owner.ts";
import type { Recovery } from "../../shared/model/recovery.ts";
import {
  challenge,
  credential,
  envelope,
  idempotency,
  ids,
  notice,
  owner,
  recovery,
} from "../../shared/store/items.ts";
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
  /** By id. */
  readonly challenges: ReadonlyMap<string, Challenge>;
  /** By `{deviceId}:{ref}`. */
  readonly credentials: ReadonlyMap<string, Credential>;
  /** How many are spent: in the owner item, and in items of their own. */
  readonly proofs: number;
}

/**
 * Reads what is stored of one owner, and fails where its parts could not be of the same commits: whatever failed
 * and whenever, it is the state before an act or the one after it.
 * @param now milliseconds since the epoch
 * @param leaving whether an erasure was broken off, which leaves ciphertexts that no key opens
 */
export function readPartition(items: readonly StoredItem[], now: number, leaving = false): Partition {
  const stored = items.find(({ id }) => id === ids.owner);
  const known = stored && parseItem(owner, stored);
  const envelopes = byName(items, "envelope:", envelope);
  const partition: Partition = {
    owner: known,
    envelopes: new Map([...envelopes.values()].map((item) => [item.version, item])),
    recoveries: byName(items, "recovery:", recovery),
    outcomes: new Map(
      [...byName(items, "idempotency:", idempotency)].map(([key, { outcome }]) => [key, outcome]),
    ),
    notices: byName(items, "notice:", notice),
    challenges: byName(items, "challenge:", challenge),
    credentials: byName(items, "credential:", credential),
    proofs:
      items.filter(({ id }) => id.startsWith("proof:")).length +
      (known?.spent?.listed ?? []).filter(([, until]) => now / 1000 < until).length,
  };
  if (!partition.owner) assert.equal(items.length, partition.proofs, "items without an owner");
  else if (leaving) checkPhones(partition.owner);
  else checkOwner(partition.owner, partition, now);
  return partition;
}

function byName<Item>(items: readonly StoredItem[], prefix: string, kind: ItemKind<Item>): Map<string, Item> {
  const named = items.filter(({ id }) => id.startsWith(prefix));
  return new Map(named.map((item) => [item.id.slice(prefix.length), parseItem(kind, item)]));
}

function checkOwner(owner: Owner, partition: Partition, now: number): void {
  checkPhones(owner);
  checkVersions(owner, partition);
  checkKeys(owner);
  checkRecoveries(owner, partition, now);
}

function checkPhones({ devices, activity, nextKey }: Owner): void {
  const names = devices.map(({ deviceId }) => deviceId);
  assert.equal(new Set(names).size, names.length, "a phone is there twice");
  const trusted = devices.flatMap(({ trusted }) => trusted ?? []);
  assert.equal(new Set(trusted.map(({ order }) => order)).size, trusted.length, "two phones of one age");
  for (const { order, from } of trusted) {
    assert(order <= activity.number && from < nextKey, "trust that nothing gave");
  }
}

function checkVersions({ backup, nextVersion }: Owner, { envelopes }: Partition): void {
  const listed = backup.state === "on" ? backup.versions : [];
  const numbers = listed.map(({ version }) => version);
  assert.deepEqual(
    numbers,
    [...envelopes.keys()].sort((a, b) => b - a),
    "the versions and their envelopes",
  );
  assert(nextVersion > Math.max(0, ...numbers), "the next version");
  if (backup.state === "on" && backup.current !== undefined) {
    assert(numbers.includes(backup.current), "the current version is not there");
  }
  for (const version of listed) {
    const held = envelopes.get(version.version);
    assert.equal(held && hash("sha256", held.envelope, "base64url"), version.digest, "an envelope's digest");
    assert.equal(held?.manifest.accounts.length, version.accounts);
  }
}

/** Of the keys there are the current one, and those that something names; no number is given twice. */
function checkKeys({ backup, nextKey }: Owner): void {
  if (backup.state !== "on") return;
  const numbers = backup.keys.map(({ number }) => number);
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    "the numbers of the keys",
  );
  const current = numbers.at(-1);
  assert.equal(new Set(backup.keys.map(({ id }) => id)).size, numbers.length, "a key's id");
  assert(current !== undefined && current < nextKey, "the next key");
  const named = new Set([current, backup.recoveryKey?.key, ...backup.versions.map(({ key }) => key)]);
  named.delete(undefined);
  assert.deepEqual(new Set(numbers), named, "the keys that something names");
}

function checkRecoveries(
  { devices, recoveries: listed }: Owner,
  { recoveries, outcomes }: Partition,
  now: number,
): void {
  for (const { recoveryId, device, purpose, state, ...times } of listed) {
    // What can't be denied any more stays listed until the next one comes, and its item is gone before.
    if (now >= Date.parse(times.expiresAt)) continue;
    const item = recoveries.get(recoveryId) ?? assert.fail("a recovery that is listed, and not there");
    assert.deepEqual([item.deviceId, item.purpose], [device.deviceId, purpose], "a recovery that is listed");
    if (state === "waiting") {
      const phone = devices.find(({ deviceId }) => deviceId === device.deviceId);
      assert.equal(phone?.registered, item.registered, "a recovery waits on a phone that is not there");
      assert.equal(item.state, "waiting", "how a recovery stands");
    } else {
      // One that was cancelled after its release stays in sight, so that it can be denied.
      assert(item.state === "released" || item.state === "cancelled", "how a recovery stands");
      // A slow request, whose time is earlier, brings forward what was released since it came.
      assert(
        times.releaseAt <= item.releaseAt && times.expiresAt <= item.expiresAt,
        "until when it is denied",
      );
    }
  }
  for (const [key, { recoveryId }] of outcomes) {
    if (recoveryId !== undefined) assert(recoveries.has(String(recoveryId)), `the recovery of ${key}`);
  }
}

/** The items with everything masked that differs from run to run: two runs of the same acts give the same. */
export function shapeOf(items: readonly StoredItem[]): string[] {
  return items.map(({ id, body }) => maskVarying({ id, body: undelivered(body) })).sort();
}

/**
 * Of a notice, what was committed with what it tells: how far it has got is another matter. Of an owner, all but the
 * proofs: each try has one of its own.
 */
function undelivered({ dueAt: _, attempts: __, outcomes: ___, spent: ____, ...body }: StoredItem["body"]) {
  return body;
}

/** An object's members in one order: what was read and written again has that of its schema. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** JSON with times, ids, keys, hashes and ciphertexts masked, and no word of ours; lists of items in one order. */
export function maskVarying(value: unknown): string {
  const json =
    JSON.stringify(value, (name, member) => (name === "items" ? shapeOf(member) : sorted(member))) ?? "";
  return (
    json
      .replace(/"list":"[^"]*"/g, (list) => `"list":${list.length}`)
      // Milliseconds since the epoch.
      .replace(/:\d{13}(?=[,}])/g, ':"#"')
      .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"#"')
      // Days since the epoch, of what was frozen: midnight may lie between two runs of one case.
      .replace(/\[\d{5},\d{5}\]/g, '["#","#"]')
      .replace(/[A-Za-z0-9_.-]{16,}/g, (text) => (/^[a-z-]+$/.test(text) ? text : "#"))
  );
}
