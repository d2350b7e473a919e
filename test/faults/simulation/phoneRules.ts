import assert from "node:assert/strict";
import type { Event } from "../../../shared/model/event.ts";
import type { Notice } from "../../../shared/model/notice.ts";
import { mayRevoke, mayUse, phoneOf, type State, waitOf } from "./state.ts";

/** What one commit changed. */
export interface Step {
  readonly before: State;
  readonly after: State;
  readonly event: Event | undefined;
  readonly notices: readonly Notice[];
}

/** The same, with who did it, and when in milliseconds since the epoch. */
export interface Done extends Step {
  readonly by: string;
  readonly at: number;
}

/** Who is registered, and who has the backup. */
export function checkPhones({ before, after, event, by, at }: Done): void {
  const isRegistration = event?.type === "device-registered";
  assert(isRegistration || phoneOf(before, by), "a phone acts that is not registered");
  const denied = event?.type === "recovery-denied" ? event.details.deviceId : undefined;
  for (const { deviceId } of before.owner?.devices ?? []) {
    if (phoneOf(after, deviceId) || deviceId === by || deviceId === denied) continue;
    assert(mayRevoke(before, by, at), "a phone is revoked by one that has no say");
  }
  for (const { deviceId, registeredAt, holdsBackup } of after.owner?.devices ?? []) {
    const was = phoneOf(before, deviceId);
    if (!was) {
      assert(isRegistration && deviceId === by, "a phone is registered by another");
      assert(!holdsBackup && Date.parse(registeredAt) === at, "a new phone with a past");
      continue;
    }
    assert.equal(registeredAt, was.registeredAt, "a phone's age");
    if (!holdsBackup || was.holdsBackup) continue;
    assert.equal(deviceId, by, "a phone has the backup by what another did");
    const isReleased = event?.type === "recovery-begun" || event?.type === "recovery-released";
    assert(isReleased || mayUse(before, by, "guarded", at), "a phone came by the backup past the wait");
  }
}

/** A longer wait takes effect at once, a shorter one when the present wait has passed. */
export function checkPolicy({ before, after, event, by, at }: Done): void {
  const [was, is] = [before.owner?.policy, after.owner?.policy];
  if (event?.type !== "policy-changed") {
    if (was) assert.deepEqual(is, was, "a policy that nobody chose");
    return;
  }
  assert(mayUse(before, by, "holder", at), "a policy is chosen by a phone that may not");
  const present = waitOf(before, at);
  assert(waitOf(after, at) >= present, "a shorter wait counts at once");
  if (!is?.shortening || is.shortening.from === was?.shortening?.from) return;
  assert.equal(Date.parse(is.shortening.from), at + present * 1000, "from when a shorter wait counts");
}
