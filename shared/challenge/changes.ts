import { withoutRef } from "../backup/lists.ts";
import { CHALLENGE_LIFE, type Challenge } from "../model/challenge.ts";
import { type Device, withPhone } from "../model/device.ts";
import type { ManifestEntry } from "../model/manifest.ts";
import type { Owner } from "../model/owner.ts";
import type { Recovery } from "../model/recovery.ts";
import { timestampOf } from "../words.ts";

// Times are milliseconds since the epoch.

/** A challenge that begins on this phone. */
export function newChallenge(
  { deviceId, registered }: Device,
  account: ManifestEntry,
  recoveryId: string | undefined,
  now: number,
): Challenge {
  return {
    schema: 1,
    deviceId,
    registered,
    account,
    ...(recoveryId !== undefined && { recoveryId }),
    startedAt: timestampOf(now),
    expiresAt: timestampOf(now + CHALLENGE_LIFE * 1000),
    given: [],
  };
}

/** The owner once a challenge begins on a phone: it takes the place of the one that was open there. */
export function withChallenge(owner: Owner, deviceId: string, challengeId: string): Owner {
  return { ...owner, devices: withPhone(owner.devices, deviceId, { challenge: challengeId }) };
}

/** The owner once a challenge is over. */
export function withoutChallenge(owner: Owner, deviceId: string): Owner {
  return {
    ...owner,
    devices: owner.devices.map((device) => {
      if (device.deviceId !== deviceId) return device;
      const { challenge: _, ...rest } = device;
      return rest;
    }),
  };
}

/** A recovery in which one account works again: this one, and no other [E8]. */
export function withReady(recovery: Recovery, ref: string): Recovery {
  return {
    ...recovery,
    accounts: recovery.accounts.map((account) =>
      account.ref === ref ? { ...account, state: "ready", means: [] } : account,
    ),
  };
}

/**
 * The owner once an account was verified: its phone waits for no sign-in any more if that was the last that needed one, and is
 * no longer told that the account's provider revoked what it had before.
 */
export function verified(
  owner: Owner,
  { deviceId, account }: Pick<Challenge, "deviceId" | "account">,
  recovery: Recovery | undefined,
): Owner {
  const next = withoutChallenge(owner, deviceId);
  const isLast = recovery?.accounts.every(({ means }) => !means.includes("fresh-sign-in"));
  return {
    ...next,
    devices: next.devices.map((device) => {
      if (device.deviceId !== deviceId) return device;
      const { revoked, ...rest } = device;
      const still = withoutRef(revoked, account.ref);
      return {
        ...rest,
        ...(still !== undefined && { revoked: still }),
        ...(isLast && { awaitsSignIn: false }),
      };
    }),
  };
}
