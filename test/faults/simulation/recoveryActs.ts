import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { digestOf } from "../../../local/phone/acts/upload.ts";
import type { Contents } from "../../../local/phone/protocol/accounts.ts";
import type { ProblemCode } from "../../../shared/errors/catalogue.ts";
import { LIMITS } from "../../../shared/limits/tries.ts";
import type { Recovery } from "../../../shared/model/recovery.ts";
import type { Partition } from "../partition.ts";
import { readStatus } from "./acts.ts";
import type { Member } from "./family.ts";
import type { Moments } from "./journal.ts";
import { perform, type Refusal } from "./perform.ts";
import { isFrozen, standingOf, standsAs } from "./state.ts";

export async function recover(member: Member): Promise<void> {
  const { ledger, world } = member.family;
  if (world.clock.time < member.backAt) return await readStatus(member);
  member.backAt = 0;
  const acknowledged = ledger.acknowledged();
  if (member.phone.state().unanswered.recover === undefined) member.recoveryFloor = acknowledged;
  await perform(member, "recovers", () => member.phone.recover(), {
    mayRefuse: (code, moments, { outcomes, recoveries }, refusal) => {
      if (code === "backup-none") return acknowledged === 0;
      if (code === "backup-frozen") return moments.some(isFrozen);
      if (code === "too-many-tries") {
        // It may ask again tomorrow.
        member.backAt = world.clock.time + (refusal.retryAfter ?? 0) * 1000;
        return areTriesSpent(member, recoveries);
      }
      const begun = outcomes.get(member.lastKey)?.recoveryId;
      return begun !== undefined && mayNotGoOn(String(begun), code, moments, refusal);
    },
    answered: ({ status, body, contents }, moments) => {
      if (status === 201) ledger.recovered(member.lastKey, body.recoveryId);
      else assert(body.state === "waiting", "it goes on with a recovery that does not wait");
      member.recoveries.add(body.recoveryId);
      checkShown(member, body, moments);
      if (contents === undefined) return;
      assert(body.version >= member.recoveryFloor, "an older version than one that was acknowledged");
      checkContents(member, body, contents);
    },
    again: () => recover(member),
  });
}

/** Whether the day's recoveries are used up: those of this phone, or those of all phones. */
function areTriesSpent({ phone, family }: Member, recoveries: Partition["recoveries"]): boolean {
  const { window, perPhone, perOwner } = LIMITS.recoveries;
  const since = family.world.clock.time - window;
  const begun = [...recoveries.values()].filter(({ startedAt }) => Date.parse(startedAt) > since);
  const own = begun.filter(({ deviceId }) => deviceId === phone.deviceId);
  return begun.length >= perOwner || own.length >= perPhone;
}

export async function open(member: Member, recoveryId: string): Promise<void> {
  await perform(member, "opens its recovery", () => member.phone.open(recoveryId), {
    mayRefuse: (code, moments, _, refusal) => {
      if (code === "backup-frozen") return moments.some(isFrozen);
      if (code !== "recovery-waiting") return mayNotGoOn(recoveryId, code, moments, refusal);
      const { releaseAt } = refusal.problem;
      return moments.some((state, at) => {
        const waits = standingOf(state, recoveryId, at) === "waiting";
        return (
          waits &&
          state.recoveries.get(recoveryId)?.releaseAt === releaseAt &&
          at < Date.parse(String(releaseAt))
        );
      });
    },
    answered: ({ body, contents }, moments) => {
      checkShown(member, body, moments);
      checkContents(member, body, contents);
    },
    again: () => open(member, recoveryId),
  });
}

/** Whether a recovery is over, as the refusal says, or its version has left the history. */
export function mayNotGoOn(
  recoveryId: string,
  code: ProblemCode,
  moments: Moments,
  { problem }: Refusal,
): boolean {
  return moments.some((state, at) => {
    const standing = standingOf(state, recoveryId, at);
    if (code === "recovery-over") return standing === problem.state;
    const backup = state.owner?.backup;
    const { version } = state.recoveries.get(recoveryId) ?? assert.fail();
    const isKept = backup?.state === "on" && backup.versions.some((kept) => kept.version === version);
    return code === "version-not-found" && standing === "released" && !isKept;
  });
}

/** The recovery is shown as it was: above all, that it waits. */
function checkShown(
  { phone }: Member,
  shown: Pick<Recovery, "version" | "releaseAt"> & { readonly recoveryId: string; readonly state: string },
  moments: Moments,
): void {
  const { recoveryId, state: stands, version, releaseAt } = shown;
  const isTrue = moments.some((state, at) => {
    const recovery = state.recoveries.get(recoveryId);
    return (
      recovery?.deviceId === phone.deviceId &&
      isDeepStrictEqual(
        [stands, version, releaseAt],
        [standingOf(state, recoveryId, at), recovery.version, recovery.releaseAt],
      )
    );
  });
  assert(isTrue, "a recovery is not as it is shown");
}

function checkContents(
  { family: { ledger } }: Member,
  { version, key }: { readonly version: number; readonly key: { readonly id: string } },
  contents: Contents,
): void {
  assert.equal(digestOf(contents), ledger.version(version)?.contents, "the contents recovered");
  ledger.key(key.id);
}

export async function readRecovery(member: Member, recoveryId: string): Promise<void> {
  await perform(member, "reads its recovery", () => member.phone.readRecovery(recoveryId), {
    answered: ({ body }, moments) => checkShown(member, body, moments),
  });
}

export async function cancel(member: Member, recoveryId: string): Promise<void> {
  await perform(member, "cancels its recovery", () => member.phone.cancel(recoveryId), {
    mayRefuse: (code, moments, _, refusal) =>
      code === "recovery-over" && mayNotGoOn(recoveryId, code, moments, refusal),
    answered: (_, moments) => assert(moments.some(standsAs("cancelled", recoveryId)), "it is not cancelled"),
    again: () => cancel(member, recoveryId),
  });
}
