import assert from "node:assert/strict";
import { digestOf } from "../../../local/phone/acts/upload.ts";
import { contentKey } from "../../../local/phone/protocol/contentKey.ts";
import { openEnvelope } from "../../../local/phone/protocol/envelope.ts";
import { type Partition, readPartition } from "../partition.ts";
import type { Family } from "./family.ts";

/** Compares what the store holds of the owner, read without faults, with what must be there. */
export async function inspect(family: Family): Promise<Partition> {
  const { world, userId, ledger, journal, members } = family;
  const { store } = await world.service.adapters();
  const partition = readPartition(await store.list(userId, ""));
  await ledger.compare(partition, (version) => open(family, partition, version));
  journal.compare(partition, world.clock.time);
  const present = new Set(partition.owner?.devices.map(({ deviceId }) => deviceId));
  for (const deviceId of present) {
    const member = members.find(({ phone }) => phone.deviceId === deviceId);
    assert(member, "a phone that nobody registered");
    const isExpected = family.present.has(deviceId) || member.registering;
    assert(isExpected, `${member.label} is there, and did not ask for it`);
  }
  family.present = present;
  return partition;
}

/** Opens an envelope with the user key in the owner item: if that fails now, nobody can ever open it. */
async function open(family: Family, { owner, envelopes }: Partition, version: number): Promise<string> {
  const { world, userId, platform, storageSecret } = family;
  const { kek } = await world.service.adapters();
  const { envelope } = envelopes.get(version) ?? assert.fail();
  if (owner?.backup.state !== "on") assert.fail("a version, and no key");
  const { id: kid, wrapped } = owner.backup.userKey;
  const userKey = (await kek.unwrap(wrapped)).subarray(0, 32);
  const key = contentKey({ userKey, storageSecret, userId, platform });
  return digestOf(await openEnvelope(envelope, key, { kid, uid: userId, plt: platform, ver: version }));
}
