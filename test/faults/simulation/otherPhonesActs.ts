import assert from "node:assert/strict";
import type { ProblemCode } from "../../../shared/errors/catalogue.ts";
import type { Member } from "./family.ts";
import type { Moments } from "./journal.ts";
import { perform } from "./perform.ts";
import { mayNotGoOn } from "./recoveryActs.ts";
import { isFrozen, isSenior, mayLift, standsAs, waitOf } from "./state.ts";

export async function approve(member: Member, recoveryId: string): Promise<void> {
  const { label } = ownerOf(member, recoveryId);
  await perform(member, `approves the recovery of ${label}`, () => member.phone.approve(recoveryId), {
    standing: "holder",
    mayRefuse: (code, moments, _, refusal) =>
      hasNoSay(member, recoveryId, code, moments) ||
      (code === "recovery-over" && mayNotGoOn(recoveryId, code, moments, refusal)),
    answered: (_, moments) => {
      const isApproved = moments.some((state, at) => {
        const { releaseAt } = state.recoveries.get(recoveryId) ?? assert.fail();
        return standsAs("released", recoveryId)(state, at) || Date.parse(releaseAt) <= at;
      });
      assert(isApproved, "it is not approved");
    },
    again: () => approve(member, recoveryId),
  });
}

export async function deny(member: Member, recoveryId: string): Promise<void> {
  const { label } = ownerOf(member, recoveryId);
  await perform(member, `denies the recovery of ${label}`, () => member.phone.deny(recoveryId), {
    mayRefuse: (code, moments) =>
      hasNoSay(member, recoveryId, code, moments) ||
      (code === "recovery-over" && moments.some(standsAs("expired", recoveryId))),
    answered: (_, moments) => assert(moments.some(standsAs("denied", recoveryId)), "it is not denied"),
    again: () => deny(member, recoveryId),
  });
}

function ownerOf({ family }: Member, recoveryId: string): Member {
  const { deviceId } = family.journal.latest().recoveries.get(recoveryId) ?? assert.fail();
  return family.members.find(({ phone }) => phone.deviceId === deviceId) ?? assert.fail();
}

function hasNoSay({ phone }: Member, recoveryId: string, code: ProblemCode, moments: Moments): boolean {
  return moments.some((state) => {
    const recovery = state.recoveries.get(recoveryId) ?? assert.fail();
    if (code === "recovery-own") return recovery.deviceId === phone.deviceId;
    return code === "older-phone-required" && !isSenior(state, phone.deviceId, recovery);
  });
}

export async function liftFreeze(member: Member): Promise<void> {
  const { deviceId } = member.phone;
  await perform(member, "lifts the freeze", () => member.phone.liftFreeze(), {
    mayRefuse: (code, moments) =>
      code === "older-phone-required" &&
      moments.some((state) => isFrozen(state) && !mayLift(state, deviceId)),
    answered: (_, moments) =>
      assert(
        moments.some((state) => !isFrozen(state)),
        "it is frozen still",
      ),
    again: () => liftFreeze(member),
  });
}

/** @param waitingSeconds how long new phones will wait */
export async function chooseWait(member: Member, waitingSeconds: number): Promise<void> {
  const title = `chooses to wait ${waitingSeconds} s`;
  await perform(member, title, () => member.phone.choosePolicy({ waitingSeconds }), {
    standing: "holder",
    mayRefuse: (code, moments) =>
      code === "backup-off" && moments.some(({ owner }) => owner?.backup.state === "off"),
    answered: ({ body }, moments) => {
      const { waitingSeconds: present, shortening } = body;
      assert.equal(shortening?.waitingSeconds ?? present, waitingSeconds, "what was chosen");
      assert(
        moments.some((state, at) => waitOf(state, at) === present),
        "what counts",
      );
    },
    again: () => chooseWait(member, waitingSeconds),
  });
}
