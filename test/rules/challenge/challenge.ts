import type { Activation } from "../../../shared/model/activation.ts";
import type { Challenge } from "../../../shared/model/challenge.ts";
import type { Device } from "../../../shared/model/device.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import { timestampOf } from "../../../shared/words.ts";

export const NOW = Date.parse("2026-11-22T08:00:00.000Z");
export const ID = "c".repeat(22);
export const DEVICE = "d".repeat(43);
export const SECOND = 1000;

export const at = (seconds: number) => timestampOf(NOW + seconds * SECOND);

export const personal = {
  ref: "r".repeat(43),
  kind: "personal",
  push: true,
  subjectHash: "s".repeat(43),
} as const;

export const work = {
  ref: "w".repeat(43),
  kind: "work-or-school",
  push: true,
  tenant: "6f1c2d3e-4a5b-4c6d-8e7f-8091a2b3c4d5",
  subjectHash: "t".repeat(43),
} as const;

/** A challenge that began now, of the personal account, in a recovery. */
export function challengeWith(changes: Partial<Challenge> = {}): Challenge {
  return {
    schema: 1,
    deviceId: DEVICE,
    registered: 3,
    account: personal,
    recoveryId: "o".repeat(22),
    startedAt: at(0),
    expiresAt: at(3600),
    given: [],
    ...changes,
  };
}

/** An owner with that challenge open on the phone. */
export function ownerWith(
  changes: Partial<Device> = {},
  tries: Owner["tries"] = [],
): Pick<Owner, "devices" | "tries"> {
  const device = { deviceId: DEVICE, registered: 3, challenge: ID, ...changes } as Device;
  return { devices: [device], tries };
}

export function activationWith(changes: Partial<Activation> = {}): Activation {
  return {
    schema: 1,
    tenant: work.tenant,
    route: "self-service",
    showNumber: false,
    account: { serviceKey: "k".repeat(22), value: "v".repeat(40) },
    code: "h".repeat(43),
    generation: 1,
    issuedAt: at(0),
    expiresAt: at(600),
    request: "q".repeat(43),
    ...changes,
  };
}
