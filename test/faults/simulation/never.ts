import assert from "node:assert/strict";
import { LIMITS } from "../../../shared/limits/tries.ts";
import type { Device } from "../../../shared/model/device.ts";
import type { Event, EventType } from "../../../shared/model/event.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import type { TryKind } from "../../../shared/words.ts";
import type { Step } from "./journal.ts";
import type { Request } from "./request.ts";
import type { State } from "./state.ts";

// What must never happen, said without the service's own rules: where those are wrong, the model in steps.ts is wrong
// with them.

/** What somebody may make happen again who repeats a request: that it is refused. */
const REPEATED: ReadonlySet<string> = new Set(["tries-exhausted", "recovery-refused", "backup-refused"]);

/** What a freeze stops. */
const STOPPED: ReadonlySet<EventType> = new Set([
  "recovery-begun",
  "recovery-released",
  "backup-started-anew",
  "recovery-approved",
  "backup-deleted",
  "version-restored",
  "policy-changed",
  "exported",
  "contact-added",
  "contact-confirmed",
  "contact-removed",
  "challenge-begun",
  "challenge-code-sent",
  "challenge-refused",
  "account-verified",
]);

const TRUSTING: ReadonlySet<EventType> = new Set([
  "backup-enabled",
  "recovery-released",
  "backup-started-anew",
]);

export function checkNever(step: Step): void {
  const { before, after, event, request, type } = step;
  const { owner } = after;
  assert(owner, "an owner is gone");
  checkToken(step);
  if (type) checkSeen(before, type, request);
  assert(!request.replayed || !type || REPEATED.has(type), `somebody repeats ${type}`);
  if (!event) return;
  // Its proof is spent, and what it asked for is done; but a refusal that the record had just told of spends none.
  const { at } = request;
  const { freeze } = before.owner ?? {};
  const frozen = freeze !== undefined && at < Date.parse(freeze.until);
  assert(!frozen || !STOPPED.has(event.type), `${event.type} while the backup is frozen`);
  checkTrust(before, owner, event, at);
  checkRemovals(before, after, event);
  checkThaw(before, after, event, at);
  checkDenial(before, event, request);
  checkTold(step);
}

/** Every contact that was confirmed, and is there, is told of whatever is told; none that nobody confirmed is. */
function checkTold({ after, notices }: Step): void {
  const { contacts = [] } = after.owner ?? {};
  for (const { contacts: told = [] } of notices) {
    for (const { id, confirmedAt, removed } of contacts) {
      if (confirmedAt === undefined) assert(!told.includes(id), "a contact is told that nobody confirmed");
      else assert(removed || told.includes(id), "a contact is not told");
    }
  }
}

/** A delivery says of a notice how far it has got, and takes back nothing; all the rest stays. */
export function checkMarks(before: State, after: State): void {
  assert.deepEqual(
    { ...after, notices: undefined },
    { ...before, notices: undefined },
    "what a delivery writes",
  );
  for (const [id, { item }] of after.notices) {
    const { outcomes = {}, dueAt, attempts, ...told } = item;
    const {
      outcomes: were = {},
      dueAt: _,
      attempts: __,
      ...committed
    } = before.notices.get(id)?.item ?? assert.fail();
    assert.deepEqual(told, committed, "what a notice tells");
    assert.deepEqual({ ...outcomes, ...were }, outcomes, "an outcome is another");
    const isDone = [...item.to, ...(item.contacts ?? [])].every((target) => outcomes[target] !== undefined);
    assert.equal(
      dueAt === undefined,
      isDone,
      "a notice is due as long as anybody is to be told, and no longer",
    );
    assert.equal(dueAt === undefined, attempts === undefined);
  }
}

/** A sweep takes away the credentials of phones that are gone, or were registered anew. */
export function checkSwept(before: State, { credentials }: State): void {
  for (const [name, { registered }] of before.credentials) {
    const [deviceId] = name.split(":");
    const isThere = phoneOf(before.owner, deviceId)?.registered === registered;
    assert(!isThere || credentials.has(name), "the credential of a phone that is there is swept");
  }
}

/** No phone is registered with a token that another has committed with. */
function checkToken({ before, event, request: { tokenHash } }: Step): void {
  if (event?.type !== "device-registered") return;
  const isKnown = before.owner?.devices.some(({ tokens }) => tokens.includes(tokenHash));
  assert(!isKnown, "a phone is registered with another's access token");
}

/** A phone becomes trusted by turning on where none is, or by a release that was due; and reaches no further later. */
function checkTrust(before: State, owner: Owner, event: Event, at: number): void {
  for (const device of owner.devices) {
    const was = phoneOf(before.owner, device.deviceId);
    const { trusted } = device;
    if (isBack(before, device, event)) continue;
    if (!trusted || was?.trusted) {
      assert.equal(trusted?.order, was?.trusted?.order, "a phone's trust ends, or is another");
      const reaches = trusted && was?.trusted && trusted.from < was.trusted.from;
      assert(!reaches || event.type === "recovery-released", "a phone reaches further back than it did");
      continue;
    }
    assert.equal(device.deviceId, event.device?.deviceId, "a phone is trusted by what another did");
    assert(TRUSTING.has(event.type), `a phone is trusted by ${event.type}`);
    assert.equal(trusted.order, event.number, "since when a phone is trusted");
    const { backup } = owner;
    const newest = backup.state === "on" ? backup.keys.at(-1)?.number : undefined;
    const from = event.type === "backup-started-anew" ? newest : 1;
    assert.equal(trusted.from, from, "which keys a phone may have");
    if (event.type === "backup-enabled") checkTurningOn(before.owner);
    else checkDue(before, device, event, at);
  }
}

/** Whether a denial brings a phone back as it was before it was removed. */
function isBack({ owner }: State, { deviceId, trusted }: Device, { type }: Event): boolean {
  const gone = owner?.removed.filter(({ device }) => device.deviceId === deviceId) ?? [];
  return (
    type === "recovery-denied" &&
    trusted !== undefined &&
    gone.some(({ device }) => device.trusted?.order === trusted.order)
  );
}

function checkTurningOn(owner: Owner | undefined): void {
  assert.notEqual(owner?.backup.state, "on", "a backup is turned on that is on");
  assert(!owner?.devices.some(({ trusted }) => trusted), "it is turned on past a trusted phone");
}

/** What is released has waited, or was approved, or nothing was to be waited for. */
function checkDue({ owner }: State, { deviceId }: Device, { details }: Event, at: number): void {
  const listed = owner?.recoveries.find(({ recoveryId }) => recoveryId === details.recoveryId);
  if (listed) {
    assert.equal(listed.device.deviceId, deviceId, "a phone opens another's recovery");
    assert(
      listed.state === "waiting" && at >= Date.parse(listed.releaseAt),
      "it is released before its time",
    );
    assert(at < Date.parse(listed.expiresAt), "it is released after its time");
    return;
  }
  const { waitingSeconds = 0, shortening } = owner?.policy ?? {};
  const isShort = shortening && at >= Date.parse(shortening.from);
  assert.equal(isShort ? shortening.waitingSeconds : waitingSeconds, 0, "it is released at once");
}

/** A phone is removed by itself, by a trusted one, for its place, or by the denial of what it did. */
function checkRemovals(before: State, { owner }: State, event: Event): void {
  const by = phoneOf(before.owner, event.device?.deviceId);
  const isBackedUp = before.owner?.backup.state === "on";
  for (const device of before.owner?.devices ?? []) {
    const { deviceId } = device;
    if (phoneOf(owner, deviceId)) continue;
    if (event.type === "recovery-denied" || event.type === "device-registered") {
      assert.equal(event.details.deviceId, deviceId, "another phone is removed along with it");
      continue;
    }
    assert.equal(event.type, "device-revoked", `a phone is removed by ${event.type}`);
    const may = deviceId === by?.deviceId || by?.trusted || !(isBackedUp || device.trusted);
    assert(may, "a phone is revoked by one that has no say");
  }
}

/** A freeze ends by its time, or by a phone that is as old as those that denied. */
function checkThaw(before: State, { owner }: State, event: Event, at: number): void {
  const { freeze } = before.owner ?? {};
  if (!freeze || owner?.freeze || at >= Date.parse(freeze.until)) return;
  assert.equal(event.type, "freeze-lifted", "a freeze is gone");
  const by = phoneOf(before.owner, event.device?.deviceId);
  assert(by?.trusted && by.trusted.order <= freeze.order, "a freeze is lifted by a younger phone");
}

/** Who denies was trusted before the recovery began and, if its phone was trusted, before that was. */
function checkDenial({ owner }: State, { type, details }: Event, { deviceId, fresh }: Request): void {
  if (type !== "recovery-denied") return;
  const listed = owner?.recoveries.find(({ recoveryId }) => recoveryId === details.recoveryId);
  const gone = owner?.removed.filter(({ device }) => device.deviceId === deviceId) ?? [];
  const here = phoneOf(owner, deviceId)?.trusted;
  const orders = [here, ...(fresh ? gone.map(({ device }) => device.trusted) : [])];
  const before = Math.min(listed?.order ?? 0, listed?.trusted ?? Number.POSITIVE_INFINITY);
  assert(
    orders.some((trust) => trust && trust.order < before),
    "a recovery is denied by a younger phone",
  );
}

/** Who uploads has seen what is replaced. */
function checkSeen({ owner }: State, type: EventType, { headers }: Request): void {
  if (type !== "backup-uploaded" || owner?.backup.state !== "on") return;
  const { current, keys } = owner.backup;
  const seen = headers.get("If-Match") ?? (headers.has("If-None-Match") ? "nothing" : "not asked");
  const isSeen =
    current === undefined ? seen === "nothing" : seen.startsWith(`"${keys.at(-1)?.id}-${current}.`);
  assert(isSeen, "a version is replaced that its phone has not seen");
}

function phoneOf(owner: Owner | undefined, deviceId: string | undefined): Device | undefined {
  return owner?.devices.find((device) => device.deviceId === deviceId);
}

/** What each count is of. */
const COUNTED: Readonly<Partial<Record<TryKind, (step: Step) => boolean>>> = {
  recoveries: ({ before, after }) => after.recoveries.size > before.recoveries.size,
  registrations: ({ event }) => event?.type === "device-registered",
  challenges: ({ before, after }) => after.challenges.size > before.challenges.size,
  "challenge-codes": (step) => step.request.name === "challenges-code" && isWrongTry(step),
  "activation-codes": (step) =>
    (step.request.name === "challenges-activation" || step.request.name === "challenges-begin") &&
    isWrongTry(step),
};

/** Whether a commit of a challenge's request is that of a wrong code: it leaves every challenge as it was. */
export function isWrongTry({ before, after }: Step): boolean {
  return (
    after.challenges.size === before.challenges.size &&
    [...after.challenges].every(([id, kept]) => before.challenges.get(id) === kept)
  );
}

/** Each count is that of what was done: nothing is counted twice, and nothing for nothing. */
export function checkCounts(steps: readonly Step[]): void {
  const { before, after, event } = steps.at(-1) ?? {};
  const counted = new Set(after?.owner?.tries.map(({ of }) => of));
  const begins = (after?.recoveries.size ?? 0) > (before?.recoveries.size ?? 0);
  assert(!begins || counted.has("recoveries"), "a recovery is begun, and not counted");
  const registers = event?.type === "device-registered";
  assert(!registers || counted.has("registrations"), "a phone is registered, and not counted");
  for (const tally of steps.at(-1)?.after.owner?.tries ?? []) {
    const { of, deviceId, count } = tally;
    const isCounted = COUNTED[of];
    if (!isCounted) continue;
    // By the order of the commits: their times may be in another.
    const done = steps.filter(
      (step) => isCounted(step) && (deviceId === undefined || deviceId === step.request.deviceId),
    );
    const first = done.findLastIndex(({ after }) =>
      after.owner?.tries.some((other) => other.of === of && other.deviceId === deviceId && other.count === 1),
    );
    assert.equal(count, done.length - first, `the count of ${of}`);
    const { perPhone, perOwner } = LIMITS[of];
    assert(count <= (deviceId === undefined ? perOwner : perPhone), `more ${of} than there may be`);
  }
}
