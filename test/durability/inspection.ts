import { hash } from "node:crypto";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { base64url } from "jose";
import { expect } from "vitest";
import { openSqliteStore } from "../../local/embedded/sqlite.ts";
import { digestOf } from "../../local/phone/acts/upload.ts";
import type { Contents } from "../../local/phone/protocol/accounts.ts";
import { contentKey } from "../../local/phone/protocol/contentKey.ts";
import { openEnvelope } from "../../local/phone/protocol/envelope.ts";
import type { Owner as OwnerItem } from "../../shared/model/owner.ts";
import { envelope, idempotency, ids } from "../../shared/store/items.ts";
import type { Store, StoredItem } from "../../shared/store/port.ts";
import { readOwner } from "../../shared/store/read.ts";
import { parseItem } from "../../shared/store/schema.ts";
import { type Owner, phonesOf } from "./owner.ts";

const DATABASE = "backup.db";

/**
 * Copies the database and its write-ahead log as the kill left them: whoever opens the original first recovers it,
 * and that has to be the service.
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of [DATABASE, `${DATABASE}-wal`]) {
    await copyFile(join(from, name), join(to, name)).catch((error: NodeJS.ErrnoException) => {
      // The process was killed before it had opened the database.
      if (error.code !== "ENOENT") throw error;
    });
  }
}

/** Has SQLite check the whole database in `folder`, which a service may have open. */
export function checkIntegrity(folder: string): void {
  const database = new DatabaseSync(join(folder, DATABASE), { readOnly: true, timeout: 2_000 });
  try {
    expect(database.prepare("pragma integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  } finally {
    database.close();
  }
}

/** Compares the database in `folder` with what its owners were promised. */
export async function inspect(folder: string, owners: readonly Owner[]): Promise<void> {
  const store = openSqliteStore({ file: join(folder, DATABASE), now: Date.now });
  try {
    for (const owner of owners) await inspectOwner(store, owner);
  } finally {
    await store.close();
  }
}

async function inspectOwner(store: Store, owner: Owner): Promise<void> {
  const { userId } = owner.connection;
  const found = await readOwner(store, userId);
  if (!found) {
    expect(await store.list(userId, ""), "items without an owner").toEqual([]);
    expect(owner.first.phone.state().owner, "a registration that was acknowledged").toBeUndefined();
    return;
  }
  const { item } = found;
  inspectDevices(owner, item);
  for (const { phone } of phonesOf(owner)) owner.ledger.learn(phone.state().userKey);
  inspectKeys(owner, item);
  await inspectVersions(owner, item, await store.list(userId, "envelope:"));
  inspectOutcomes(item, await store.list(userId, "idempotency:"), await store.list(userId, "recovery:"));
}

function inspectDevices(owner: Owner, { devices }: OwnerItem): void {
  const registered = new Set(devices.map(({ deviceId }) => deviceId));
  for (const { phone } of phonesOf(owner)) {
    if (phone.state().owner) expect(registered.has(phone.deviceId), "registered").toBe(true);
    registered.delete(phone.deviceId);
  }
  expect([...registered], "phones that were revoked").toEqual([]);
}

/** The keys are those that phones were given under these numbers, and those that something kept needs. */
function inspectKeys({ ledger }: Owner, { backup, nextKey }: OwnerItem): void {
  if (backup.state !== "on") {
    expect(ledger.isOn(), "backup that was turned on").toBe(false);
    return;
  }
  const numbers = backup.keys.map(({ number }) => number);
  for (const key of backup.keys) ledger.key(key);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  expect(numbers.at(-1)).toBe(nextKey - 1);
  const named = new Set([nextKey - 1, ...backup.versions.map(({ key }) => key)]);
  expect(new Set(numbers), "the keys that something names").toEqual(named);
}

/** The owner item's list and the envelopes are of one commit, and hold all that was promised. */
async function inspectVersions(
  { ledger, connection }: Owner,
  { backup, nextVersion, recoveries }: OwnerItem,
  stored: readonly StoredItem[],
): Promise<void> {
  const listed = backup.state === "on" ? backup.versions : [];
  const versions = listed.map(({ version }) => version);
  const envelopes = stored.map((item) => parseItem(envelope, item)).sort((a, b) => b.version - a.version);
  expect(stored.map(({ id }) => id).sort()).toEqual(versions.map(ids.envelope).sort());
  expect(envelopes.map(({ version }) => version)).toEqual(versions);
  expect(new Set(listed.map(({ digest }) => digest)).size, "versions of one digest").toBe(listed.length);

  for (const [at, { version, digest, uploadedAt, ...item }] of envelopes.entries()) {
    expect(digest).toBe(hash("sha256", item.envelope, "base64url"));
    expect(listed[at]).toMatchObject({
      digest,
      uploadedAt,
      accounts: item.manifest.accounts.length,
      bytes: item.envelope.length,
      device: { deviceId: item.deviceId },
    });
    const key = backup.state === "on" && backup.keys.find(({ number }) => number === listed[at]?.key);
    if (!key) return expect.fail("a version, and not its key");
    const opened = await openWith(ledger.value(key.id), item.envelope, {
      kid: key.id,
      uid: connection.userId,
      plt: "android",
      ver: version,
    });
    ledger.version(version, { contents: digestOf(opened), uploadedAt, deviceId: item.deviceId });
  }
  const recovered = new Set(recoveries.flatMap(({ version }) => version ?? []));
  expect(versions).toEqual(ledger.history(recovered));
  // As many as were ever acknowledged or found: the numbers have no gap.
  expect([versions[0] ?? 0, nextVersion]).toEqual([ledger.count(), ledger.count() + 1]);
}

/** Opens an envelope with a user key that a phone was given, and checks what it is bound to. */
async function openWith(
  userKey: string | undefined,
  sealed: string,
  binding: { readonly kid: string; readonly uid: string; readonly plt: "android"; readonly ver: number },
): Promise<Contents> {
  if (userKey === undefined) return expect.fail("a version, and no phone has its key");
  const { uid: userId, plt: platform } = binding;
  const key = contentKey({ userKey: base64url.decode(userKey), userId, platform });
  return await openEnvelope(sealed, key, binding);
}

/** What a retry is answered from is stored if, and only if, its outcome is. */
function inspectOutcomes(
  { backup }: OwnerItem,
  outcomes: readonly StoredItem[],
  recoveries: readonly StoredItem[],
): void {
  const told = outcomes.map((item) => parseItem(idempotency, item).outcome);
  // Its key may be gone: another was begun since, and nothing names it any more.
  const turnedOn = told.filter(({ keyId }) => keyId !== undefined);
  expect(turnedOn).toHaveLength(backup.state === "on" ? 1 : 0);
  const begun = told.flatMap(({ recoveryId }) =>
    recoveryId === undefined ? [] : [`recovery:${recoveryId}`],
  );
  expect(begun.sort()).toEqual(recoveries.map(({ id }) => id).sort());
}
