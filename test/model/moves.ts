import { settled } from "../../shared/backup/policy.ts";
import type { Device } from "../../shared/model/device.ts";
import type { Owner } from "../../shared/model/owner.ts";
import { asOf } from "../../shared/recovery/freeze.ts";
import { isAlive } from "../../shared/recovery/listed.ts";
import { type Actor, ALL, DAY, LESS, WEEK } from "./scenes.ts";
import type { Move, Request, World } from "./world.ts";

/** How long nothing happens, in milliseconds: to the boundaries, or past them. */
export const PAUSES: readonly number[] = [1, 7, 30, 90].map((days) => days * DAY);

/** What an actor might ask for now: all that could be let through, and what must not be. */
export function movesOf(world: World, actor: Actor): Request[] {
  const { phone, signIns } = actor;
  const item = world.owner && asOf(world.owner, world.now);
  const here = item?.devices.find(({ deviceId }) => deviceId === phone.id);
  return signIns.flatMap((signIn) => {
    const fresh = signIn === "fresh";
    const again = fresh && signIns.includes("stale");
    const moves = here
      ? ofPhone(world, item as Owner, here, actor, { fresh, again })
      : ofStranger(item, phone.id, fresh);
    return moves.map((move): Request => ({ ...move, phone, fresh }));
  });
}

function ofStranger(item: Owner | undefined, id: string, fresh: boolean): Move[] {
  const was = item?.removed.some(({ device }) => device.deviceId === id);
  return [...(fresh ? [{ act: "register" } as const] : []), ...(item && was ? denials(item, id) : [])];
}

function denials({ recoveries }: Owner, id: string): Move[] {
  return recoveries
    .filter(({ device }) => device.deviceId !== id)
    .map(({ recoveryId }) => ({ act: "deny", recovery: recoveryId }) as const);
}

/** @param again whether the same actor asks for it with a stale sign-in, too: then what needs no fresh one is left out */
function ofPhone(
  world: World,
  item: Owner,
  { deviceId, trusted }: Device,
  { holder }: Actor,
  { fresh, again }: { readonly fresh: boolean; readonly again: boolean },
): Move[] {
  const { backup, recoveries, devices, freeze } = item;
  const on = backup.state === "on";
  const own = recoveries.filter(({ device }) => device.deviceId === deviceId);
  const others = recoveries.filter((other) => !own.includes(other) && isAlive(other, world.now, freeze));
  const uploads: Move[] = on
    ? [
        { act: "upload", accounts: ALL },
        { act: "upload", accounts: LESS },
        { act: "upload", accounts: [], confirms: true },
        ...(fresh ? [] : [{ act: "upload", accounts: [] } as const]),
      ]
    : [];
  if (holder === "app") return uploads;
  const stale: Move[] = [
    ...own.map(({ recoveryId }) => ({ act: "cancel", recovery: recoveryId }) as const),
    ...(on ? [{ act: "read-key" } as const] : []),
    ...(holder === "thief" ? [{ act: "revoke", device: deviceId } as const] : []),
  ];
  if (!fresh) return [...uploads, ...stale, ...denials(item, deviceId), ...needing(item, deviceId)];
  const older = on ? backup.versions.filter(({ version }) => version !== backup.current) : [];
  const wait = settled(item.policy, world.now).waitingSeconds > 0 ? 0 : WEEK;
  return [
    ...(again && !trusted ? [] : uploads),
    ...(again ? [] : stale),
    ...denials(item, deviceId),
    ...(on ? [] : [{ act: "enable" } as const]),
    { act: "begin", purpose: "recover" },
    { act: "begin", purpose: "start-anew" },
    ...older.slice(0, 1).map(({ version }) => ({ act: "begin", purpose: "recover", version }) as const),
    ...own.map(({ recoveryId }) => ({ act: "open", recovery: recoveryId }) as const),
    ...others
      .filter(({ state }) => state === "waiting")
      .map(({ recoveryId }) => ({ act: "approve", recovery: recoveryId }) as const),
    ...devices
      .filter((other) => other.deviceId !== deviceId)
      .map((other) => ({ act: "revoke", device: other.deviceId }) as const),
    ...(on ? [{ act: "choose", wait } as const, { act: "refresh" } as const] : []),
    ...(on ? [{ act: "turn-off" } as const] : []),
    ...(freeze ? [{ act: "lift" } as const] : []),
    ...older.slice(0, 1).map(({ version }) => ({ act: "restore", version }) as const),
    { act: "export" },
    { act: "erase" },
  ];
}

/** What a stale sign-in must never be enough for. */
function needing({ devices, freeze }: Owner, id: string): Move[] {
  return [
    { act: "turn-off" },
    { act: "erase" },
    { act: "export" },
    { act: "choose", wait: 0 },
    { act: "begin", purpose: "recover" },
    { act: "begin", purpose: "start-anew" },
    ...devices
      .filter(({ deviceId }) => deviceId !== id)
      .map(({ deviceId }) => ({ act: "revoke", device: deviceId }) as const),
    ...(freeze ? [{ act: "lift" } as const] : []),
  ];
}
