import type { Device } from "../model/device.ts";
import { actorOf } from "../model/event.ts";
import type { Notice } from "../model/notice.ts";
import { ids, NOTICE_TTL } from "../store/items.ts";
import type { Operation } from "../store/port.ts";
import { randomId } from "../system.ts";
import { timestampOf } from "../words.ts";
import type { OwnerAct } from "./act.ts";

/**
 * The operations that notify the owner's other phones; empty if there are none.
 * @param devices the owner's phones as they are after the commit
 */
export function tellOthers(
  { services: { system }, device, now }: Pick<OwnerAct, "services" | "device" | "now">,
  devices: readonly Device[],
  told: Omit<Notice, "schema" | "at" | "device" | "to">,
): Operation[] {
  const to = devices.map(({ deviceId }) => deviceId).filter((deviceId) => deviceId !== device.deviceId);
  if (to.length === 0) return [];
  const body: Notice = { schema: 1, at: timestampOf(now), ...told, device: actorOf(device), to };
  return [{ kind: "create", id: ids.notice(randomId(system)), body, ttl: NOTICE_TTL }];
}
