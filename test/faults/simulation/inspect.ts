import assert from "node:assert/strict";
import { digestOf } from "../../../local/phone/acts/upload.ts";
import { contentKey } from "../../../local/phone/protocol/contentKey.ts";
import { openEnvelope } from "../../../local/phone/protocol/envelope.ts";
import { storageCheck } from "../../../local/phone/protocol/storage.ts";
import { stored } from "../../../shared/backup/storageAccount.ts";
import { type Partition, readPartition } from "../partition.ts";
import type { Family } from "./family.ts";
import { checkCounts } from "./never.ts";

/** Compares what the store holds of the owner, read without faults, with what must be there. */
export async function inspect(family: Family): Promise<void> {
  const { world, userId, ledger, journal } = family;
  const { store } = await world.service.adapters();
  const partition = readPartition(await store.list(userId, ""), world.clock.time);
  journal.compare(partition, world.clock.time);
  checkCounts(journal.steps());
  await ledger.compare(partition, (version) => open(family, partition, version));
}

/** Opens an envelope with its user key in the owner item: if that fails now, nobody can ever open it. */
async function open(family: Family, { owner, envelopes }: Partition, number: number): Promise<string> {
  const { world, userId, members } = family;
  const { kek } = await world.service.adapters();
  const { envelope } = envelopes.get(number) ?? assert.fail();
  if (owner?.backup.state !== "on") assert.fail("a version, and no key");
  const { versions, keys } = owner.backup;
  const version = versions.find((other) => other.version === number) ?? assert.fail();
  const key = keys.find((other) => other.number === version.key) ?? assert.fail();
  const { id: kid, platform: plt } = key;
  const userKey = (await kek.unwrap(key.wrapped)).subarray(0, 32);
  const secrets = members.flatMap(({ storageSecret }) => storageSecret ?? []);
  const storageSecret = secrets.find((secret) => stored(storageCheck(secret, userId)) === key.storageCheck);
  const opening = contentKey({ userKey, storageSecret, userId, platform: plt });
  const binding = { kid, uid: userId, plt, ver: version.sealedAs };
  return digestOf(await openEnvelope(envelope, opening, binding));
}
