import assert from "node:assert/strict";
import { sweepHolders } from "../../../shared/acts/holders.ts";
import {
  credential as credentialKind,
  holder as holderKind,
  ids,
  issued as issuedKind,
} from "../../../shared/store/items.ts";
import { parseItem } from "../../../shared/store/schema.ts";
import { system } from "../../../shared/system.ts";
import type { FaultyService } from "../faultyService.ts";
import type { Witness } from "./witness.ts";

/** Milliseconds after which everything in the second container has been looked at. */
const LOOKED_AT = 31 * 24 * 60 * 60 * 1000;

/** After a sweep, what the second container says of phones points to what is there; and all that is there is pointed to. */
export async function checkHolders(
  service: FaultyService,
  { witness, userIds }: { readonly witness: Witness; readonly userIds: Iterable<string> },
  clock: { time: number },
): Promise<void> {
  const { store, activations } = await service.adapters();
  clock.time += LOOKED_AT;
  const swept = { store, activations, system: { ...system, now: () => clock.time } };
  while ((await sweepHolders(swept)).more);

  for (const partition of witness.holders()) {
    const stored = await activations.list(partition, "");
    const held = stored.filter(({ id }) => id.startsWith(ids.holder("", "")));
    const there = new Set<string>();
    for (const item of held) {
      const { userId, deviceId, ref } = parseItem(holderKind, item);
      const found = await store.read(userId, ids.credential(deviceId, ref));
      const credential = found && parseItem(credentialKind, found);
      assert.equal(credential?.holder, partition, "a phone is said to hold an account, and does not");
      there.add(ids.issued(credential?.credentialId ?? ""));
    }
    const issued = stored.filter(({ id }) => id.startsWith(ids.issued("")));
    assert.deepEqual(new Set(issued.map(({ id }) => id)), there, "what was issued of an account");
    for (const item of issued) assert(parseItem(issuedKind, item).holds, "nobody holds it");
  }
  for (const userId of userIds) {
    for (const item of await store.list(userId, "credential:")) {
      const [, deviceId = ""] = item.id.split(":");
      const { holder } = parseItem(credentialKind, item);
      const isSaid = await activations.read(holder, ids.holder(userId, deviceId));
      assert(isSaid, "a phone holds an account, and its provider does not find it");
    }
  }
}
