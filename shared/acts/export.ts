import { versionsBeyond } from "../backup/keys.ts";
import { withoutLists } from "../backup/lists.ts";
import type { Device } from "../model/device.ts";
import * as kinds from "../store/items.ts";
import type { ItemBody, StoredItem } from "../store/port.ts";
import { parseItem } from "../store/schema.ts";
import type { OwnerAct } from "./act.ts";

/**
 * What is stored of the owner, as far as this phone may have it: without the envelopes under keys from before it was
 * trusted, and without the references of accounts in them. Whoever knows the reference salt, as every registered phone
 * does, would find the names of those by dictionary.
 */
export function exported(
  { owner: { item }, device }: Pick<OwnerAct, "owner" | "device">,
  items: readonly StoredItem[],
): { readonly id: string; readonly body: ItemBody }[] {
  if (device.trusted?.from === 1) return items.map(({ id, body }) => ({ id, body }));
  const { backup } = item;
  const beyond = backup.state === "on" ? versionsBeyond(backup, device) : [];
  const outOfReach = new Set(beyond.map(({ version }) => kinds.ids.envelope(version)));
  return items
    .filter(({ id }) => !outOfReach.has(id))
    .map((stored) => ({ id: stored.id, body: withoutAccounts(stored, device) }));
}

/** An item without references but those of what this phone has uploaded or recovered. */
function withoutAccounts(stored: StoredItem, { deviceId }: Device): ItemBody {
  if (stored.id === kinds.ids.owner) {
    const { devices, removed, ...owner } = parseItem(kinds.owner, stored);
    return {
      ...owner,
      devices: devices.map((device) => (device.deviceId === deviceId ? device : withoutLists(device))),
      removed: removed.map(({ device, ...rest }) => ({ device: withoutLists(device), ...rest })),
    };
  }
  if (stored.id.startsWith(kinds.ids.recovery(""))) {
    const recovery = parseItem(kinds.recovery, stored);
    const brought = recovery.deviceId === deviceId && recovery.key !== undefined;
    return brought ? recovery : { ...recovery, accounts: [] };
  }
  return stored.body;
}
