import { actorOf } from "../activity/events.ts";
import { timestampOf } from "../formats.ts";
import type { OwnerCall } from "../http/endpoint.ts";
import { NOTICE_TTL, type Notice } from "../model/notice.ts";
import { ids, type Owner } from "../store/items.ts";
import type { Operation } from "../store/port.ts";
import { randomId } from "../system.ts";

/**
 * What tells the owner's other phones: nothing where there are none.
 * @param devices the owner's phones as they are after the commit
 */
export function tellOthers(
  { services: { system }, device, now }: OwnerCall,
  devices: Owner["devices"],
  told: Pick<Notice, "type" | "recoveryId" | "releaseAt">,
): Operation[] {
  const to = devices.map(({ deviceId }) => deviceId).filter((deviceId) => deviceId !== device.deviceId);
  if (to.length === 0) return [];
  const body: Notice = { schema: 1, at: timestampOf(now), ...told, device: actorOf(device), to };
  return [{ kind: "create", id: ids.notice(randomId(system)), body, ttl: NOTICE_TTL }];
}
