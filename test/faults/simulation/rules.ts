import assert from "node:assert/strict";
import type { Notice } from "../../../shared/model/notice.ts";
import type { Recovery } from "../../../shared/model/recovery.ts";
import { checkPhones, checkPolicy, type Done, type Step } from "./phoneRules.ts";
import { isFrozen, isSenior, mayLift, mayUse, phoneOf, standingOf, waitOf } from "./state.ts";

/** What the other phones must be told of a commit. */
type Told = Pick<Notice, "type" | "recoveryId" | "releaseAt">;

/**
 * The plain model of recoveries that wait, of denials and of the freeze: checks that one commit could be made
 * at that moment by that phone.
 * @returns what the other phones must be told
 */
export function checkStep(step: Step): Told[] {
  const { before, after, event, notices } = step;
  if (!event?.device) {
    assert.deepEqual([after.recoveries, notices], [before.recoveries, []], "a change that the record lacks");
    return [];
  }
  const done: Done = { ...step, by: event.device.deviceId, at: Date.parse(event.at) };
  checkPhones(done);
  checkPolicy(done);
  const changed = [...after.recoveries].filter(([id, recovery]) => before.recoveries.get(id) !== recovery);
  const told = [
    ...changed.flatMap(([id, recovery]) => checkRecovery(id, recovery, done)),
    ...checkFreeze(
      done,
      changed.find(([, { state }]) => state === "denied"),
    ),
  ];
  checkListed(done);
  checkNotices(done, told);
  return told;
}

/** One recovery that was begun or changed. */
function checkRecovery(recoveryId: string, is: Recovery, done: Done): Told[] {
  const { before, after, by, at } = done;
  const was = before.recoveries.get(recoveryId);
  const own = is.deviceId === by;
  if (!was) {
    assert(own && !isFrozen(before), "a recovery begins that may not");
    const wait = phoneOf(before, by)?.holdsBackup ? 0 : waitOf(before, at);
    const { state, startedAt, releaseAt, registeredAt } = is;
    assert.deepEqual([state, Date.parse(startedAt)], [wait > 0 ? "waiting" : "released", at]);
    assert.equal(Date.parse(releaseAt), at + wait * 1000, "until when it waits");
    assert.equal(registeredAt, phoneOf(before, by)?.registeredAt, "its phone's age");
    return wait > 0 ? [{ type: "recovery-waiting", recoveryId, releaseAt }] : checkReleased(recoveryId, done);
  }
  switch (is.state) {
    case "released":
      assert.equal(
        standingOf(before, recoveryId, at),
        "waiting",
        "a recovery is released that does not wait",
      );
      assert(own && !isFrozen(before), "a recovery is released that may not be");
      assert(at >= Date.parse(was.releaseAt), "a recovery is released before its time");
      assert.equal(is.releaseAt, was.releaseAt);
      return checkReleased(recoveryId, done);
    case "waiting":
      assert.equal(
        standingOf(before, recoveryId, at),
        "waiting",
        "a recovery is approved that does not wait",
      );
      assert(!own && mayUse(before, by, "holder", at) && isSenior(before, by, was), "approved by whom?");
      assert(Date.parse(is.releaseAt) === at && is.releaseAt < was.releaseAt, "the end of the wait");
      return [{ type: "recovery-approved", recoveryId }];
    case "cancelled":
      assert(own && was.state !== "denied", "a recovery is cancelled that can't be");
      return [];
    case "denied":
      assert(!own && was.state !== "denied" && isSenior(before, by, was), "denied by whom?");
      assert(!phoneOf(after, is.deviceId), "the phone of a denied recovery is still there");
      return [{ type: "recovery-denied", recoveryId }];
  }
}

/** The phone has the backup from now on, and in its newest version. */
function checkReleased(recoveryId: string, { before, after, by }: Done): Told[] {
  const backup = before.owner?.backup;
  const newest = backup?.state === "on" ? backup.versions[0]?.version : undefined;
  assert.equal(after.recoveries.get(recoveryId)?.version, newest, "the version that is recovered");
  assert(phoneOf(after, by)?.holdsBackup, "a phone recovered, and does not have the backup");
  const isListed = after.owner?.recoveries.some((listed) => listed.recoveryId === recoveryId);
  assert(isListed, "a recovery is released unseen");
  return [{ type: "recovery-released", recoveryId }];
}

/** A freeze comes with a denial and goes when it is lifted. A further denial never lets more phones lift it. */
function checkFreeze({ before, after, by }: Done, denied: readonly [string, Recovery] | undefined): Told[] {
  const [was, is] = [before.owner?.freeze, after.owner?.freeze];
  if (denied) {
    const ages = [was?.registeredBy, phoneOf(before, by)?.registeredAt].filter((age) => age !== undefined);
    assert.equal(is?.registeredBy, ages.sort()[0], "a denial, and who may lift the freeze");
    return [];
  }
  if (was && !is) {
    assert(mayLift(before, by), "a freeze is lifted by a phone that may not");
    return [{ type: "freeze-lifted" }];
  }
  assert.deepEqual(is, was, "a freeze without a denial");
  return [];
}

/** Each recovery that waits is listed in the owner's item, and no other as waiting. */
function checkListed({ after, at }: Done): void {
  const waiting = [...after.recoveries.keys()].filter((id) => standingOf(after, id, at) === "waiting");
  const listed = (after.owner?.recoveries ?? []).filter(
    ({ state, expiresAt }) => state === "waiting" && at < Date.parse(expiresAt),
  );
  assert.deepEqual(listed.map(({ recoveryId }) => recoveryId).sort(), waiting.sort(), "what is seen to wait");
}

/** All other phones are told, once, in the same commit. */
function checkNotices({ after, notices, by }: Done, told: readonly Told[]): void {
  const others = (after.owner?.devices ?? []).map(({ deviceId }) => deviceId).filter((id) => id !== by);
  const expected = others.length === 0 ? [] : told.map((notice) => ({ ...notice, by, to: others }));
  const sent = notices.map(({ schema: _, at: __, device, ...rest }) => ({ ...rest, by: device.deviceId }));
  assert.deepEqual(sent, expected, "the notices of a commit");
}
