import assert from "node:assert/strict";
import { hashOf } from "../../../shared/activity/events.ts";
import { listOf } from "../../../shared/backup/lists.ts";
import { chosen, settled } from "../../../shared/backup/policy.ts";
import { refreshed, turnedOff, turnedOn } from "../../../shared/backup/states.ts";
import { stored } from "../../../shared/backup/storageAccount.ts";
import { isConfirmed, isCounted } from "../../../shared/backup/uploadGuards.ts";
import { findOlder, isRecorded, restored, uploaded, uploadFailed } from "../../../shared/backup/versions.ts";
import { verified, withChallenge, withoutChallenge, withReady } from "../../../shared/challenge/changes.ts";
import { added, confirmed, removed } from "../../../shared/contact/contacts.ts";
import { toldContacts } from "../../../shared/contact/told.ts";
import { newOwner, registered } from "../../../shared/devices/registration.ts";
import { withRefusal } from "../../../shared/limits/refusals.ts";
import { exhausted, withoutTry, withTry } from "../../../shared/limits/tries.ts";
import { type Device, MOST_TOKENS, withPhone } from "../../../shared/model/device.ts";
import { actorOf, type Event, NOTHING } from "../../../shared/model/event.ts";
import type { Told } from "../../../shared/model/notice.ts";
import { type BackupOn, currentKey, type Owner } from "../../../shared/model/owner.ts";
import type { ListedRecovery, Recovery } from "../../../shared/model/recovery.ts";
import type { StoredUserKey } from "../../../shared/model/userKey.ts";
import type { Version } from "../../../shared/model/version.ts";
import { chargeOf, withBegun } from "../../../shared/recovery/begun.ts";
import {
  approved,
  cancelled,
  changed,
  denied,
  inState,
  lifted,
  listedAs,
  newRecovery,
  recovered,
  released,
  startedAnew,
  waits,
} from "../../../shared/recovery/changes.ts";
import { asOf } from "../../../shared/recovery/freeze.ts";
import { keyOf, waitOf } from "../../../shared/recovery/guards.ts";
import { phoneRemoved } from "../../../shared/recovery/revoked.ts";
import { judgeDenial } from "../../../shared/recovery/say.ts";
import { IDEMPOTENCY_TTL } from "../../../shared/store/items.ts";
import { type TryKind, timestampOf } from "../../../shared/words.ts";
import { FORGETS_WITHIN, type Step } from "./journal.ts";
import { isWrongTry } from "./never.ts";
import {
  factsIn,
  findContact,
  findIn,
  judgedOn,
  load,
  missingOf,
  refsOf,
  refusalToBegin,
  refusalToOpen,
  registrationOf,
  type Scene,
  sceneOf,
  uploadFacts,
  verdictOn,
  wishOf,
} from "./rules.ts";

/** What a commit must write. */
interface Expected {
  readonly owner: Owner;
  /** The recovery that it changes, with its id. */
  readonly recovery?: readonly [string, Recovery];
  readonly dropped?: readonly Version[];
  readonly added?: Version;
  /** What the other phones are told, and which phones there are to be told. */
  readonly told?: readonly (readonly [readonly Device[], Told])[];
  readonly outcome?: Readonly<Record<string, unknown>>;
}

/** Checks that one commit was allowed, and made of the state before it what the rules make, as a whole. */
export function checkStep(step: Step): void {
  const { before, after, request, event, type } = step;
  assert(after.owner, "an owner is gone");
  if (!type && request.name === "contacts-add" && request.fresh) {
    checkTakenBack(step);
    return;
  }
  const isOfChallenge = request.name.startsWith("challenges-");
  if (!type && isOfChallenge && !isWrongTry(step)) {
    checkChallenge(step);
    return;
  }
  if (!type || type === "tries-exhausted") {
    checkCount(step);
    return;
  }
  const code = event?.details.code;
  const isRefusal = type === "backup-refused" || type === "recovery-refused";
  // A code is sent again for whoever asks again for what was done.
  const verdict = (type === "contact-code-sent" ? verdictOn : judgedOn)(request, before);
  const expectedVerdict = isRefusal ? code : wrongNumber(type, verdict);
  assert.equal(verdict, expectedVerdict, "what the rules say of what was done");
  if (event) checkEvent(before.owner, event, request.deviceId);
  const expected = expect(step, event ?? ({ type, details: {} } as Event));
  const owner: Owner = {
    ...(isRefusal ? withRefused(expected.owner, step, code ?? "") : withSignIn(expected.owner, step)),
    ...recordWith(event, expected.owner),
  };
  assert.deepEqual(after.owner, asJson(owner), `the owner after ${type}`);
  checkBeside(step, expected);
}

function withRefused(owner: Owner, { request: { deviceId, at } }: Step, code: string): Owner {
  return { ...owner, refusals: withRefusal(owner.refusals ?? [], { deviceId }, code, at) };
}

/** What the owner's item says of the record: without an event, that the next one tells of one upload more. */
function recordWith(event: Event | undefined, { untold }: Owner): Partial<Owner> {
  if (!event) return { untold: (untold ?? 0) + 1 };
  const { number, hash } = event;
  return { activity: { number, hash }, untold: undefined };
}

/** Whoever gives another number than is shown is refused as well, and told why. */
function wrongNumber(type: Event["type"], verdict: string | undefined): string | undefined {
  return type === "challenge-refused" && verdict === "push-number-wrong" ? verdict : undefined;
}

/** A challenge goes on, or what was surely not sent is taken back: nothing else of the owner is changed. */
function checkChallenge(step: Step): void {
  const { before, after, request } = step;
  const { at, deviceId } = request;
  const item = before.owner && asOf(before.owner, at);
  if (!item) assert.fail("a challenge of nobody");
  if (isTakenBack(step)) {
    const isCode = request.name === "challenges-code-send";
    const tries = isCode ? withoutTry(before.owner?.tries ?? [], "contact-sends", { deviceId }) : item.tries;
    assert.deepEqual(after.owner, asJson({ ...before.owner, tries }), "the owner after nothing was sent");
    return;
  }
  assert.equal(judgedOn(request, before), undefined, "what the rules say of a challenge");
  const next = request.name === "challenges-cancel" ? withoutChallenge(item, deviceId) : item;
  assert.deepEqual(after.owner, asJson(withSignIn(next, step)), "the owner after a step of a challenge");
}

/** A challenge has one message less than before, or its last one is another time's. */
function isTakenBack({ before, after, request }: Step): boolean {
  const sends = ({ challenges }: Step["before"]) => {
    const { code, push } = challenges.get(request.params.challengeId ?? "")?.item ?? {};
    return (code?.sends.count ?? 0) + (push?.sends.count ?? 0);
  };
  return sends(after) < sends(before);
}

/** A code that was surely not sent is not counted. */
function checkTakenBack({ before, after, request: { deviceId } }: Step): void {
  assert(before.owner, "a code is taken back of nobody");
  const tries = withoutTry(before.owner.tries, "contact-sends", { deviceId });
  assert.deepEqual(after.owner, asJson({ ...before.owner, tries }), "the owner after a code was not sent");
}

/** The tries that wrong codes are counted as. */
const CODES: Readonly<Record<string, TryKind>> = {
  "contacts-confirm": "contact-codes",
  "challenges-code": "challenge-codes",
  "challenges-activation": "activation-codes",
  "challenges-begin": "activation-codes",
};

/** Only a try is counted: of a sign-in that is too old, or a code. */
function checkCount({ before, after, request, event }: Step): void {
  const { at, deviceId } = request;
  assert(before.owner, "a try is counted of nobody");
  const item = asOf(before.owner, at);
  const kind = CODES[request.name] ?? "step-ups";
  const verdict = kind === "step-ups" ? "step-up-required" : undefined;
  assert.equal(judgedOn(request, before), verdict, "what is counted");
  const device =
    item.devices.find((other) => other.deviceId === deviceId) ?? sceneOf(request, before)?.device;
  const tries = withTry(item.tries, kind, device, at);
  const told = exhausted(tries, [kind], device, at) !== undefined;
  assert.equal(event !== undefined, told, "whether the record hears of the last try");
  if (event) checkEvent(before.owner, event, device?.deviceId);
  const record = event && recordWith(event, item);
  assert.deepEqual(after.owner, asJson({ ...item, tries, ...record }), "the owner after a try");
}

/** The record goes on where it was. */
function checkEvent(owner: Owner | undefined, event: Event, by: string | undefined): void {
  const { schema: _, hash, ...rest } = event;
  const { number, hash: previous } = owner?.activity ?? NOTHING;
  assert.deepEqual([event.number, event.previous], [number + 1, previous], "the record's chain");
  assert.equal(hash, hashOf(rest), "an event's hash");
  assert.equal(event.device?.deviceId, by, "who did it");
  assert.equal(event.details.uploads, owner?.untold, "how many uploads have no event");
}

function withSignIn(owner: Owner, { request }: Step): Owner {
  const { deviceId, tokenHash, fresh, at } = request;
  const phone = owner.devices.find((other) => other.deviceId === deviceId);
  const tokens = [tokenHash, ...(phone?.tokens ?? []).filter((other) => other !== tokenHash)];
  return {
    ...owner,
    // The issuer's sign-ins all show one.
    secondFactorSeen: true,
    devices: withPhone(owner.devices, deviceId, {
      tokens: tokens.slice(0, MOST_TOKENS),
      ...(fresh && { signedInAt: timestampOf(at) }),
    }),
  };
}

function checkBeside({ before, after, request, notices }: Step, expected: Expected): void {
  const { owner, recovery, dropped = [], added, told = [], outcome } = expected;
  const recoveries = new Map([...before.recoveries].map(([id, { item }]) => [id, item]));
  if (recovery) recoveries.set(recovery[0], asJson(recovery[1]));
  assert.deepEqual(new Map([...after.recoveries].map(([id, { item }]) => [id, item])), recoveries);

  const numbers = new Set(before.envelopes.keys());
  for (const { version } of dropped) numbers.delete(version);
  if (added) numbers.add(added.version);
  assert.deepEqual(new Set(after.envelopes.keys()), numbers, "which versions are there");
  if (added) assert.equal(after.envelopes.get(added.version)?.digest, added.digest);

  const key = request.endpoint.access.idempotencyKey && request.idempotencyKey;
  const outcomes = new Map([...before.outcomes].map(([id, { item }]) => [id, item]));
  if (key && outcome) {
    const known = before.outcomes.get(key);
    // A request that takes its time may end when the first outcome is forgotten.
    const committedAt = (after.outcomes.get(key)?.until ?? 0) - IDEMPOTENCY_TTL * 1000;
    assert(!known || known.until - FORGETS_WITHIN <= committedAt, "one idempotency key has two outcomes");
    outcomes.set(key, outcome);
  }
  assert.deepEqual(new Map([...after.outcomes].map(([id, { item }]) => [id, item])), outcomes);

  const due = told.flatMap(([devices, notice]) => {
    const to = devices.map(({ deviceId }) => deviceId).filter((deviceId) => deviceId !== request.deviceId);
    const contacts = toldContacts(owner, request.at).map(({ id }) => id);
    const [at, dueAt] = [request.at, request.at + 30_000].map(timestampOf);
    if (to.length + contacts.length === 0) return [];
    const told = { ...notice, to, ...(contacts.length > 0 && { contacts }) };
    return [{ ...told, by: request.deviceId, at, dueAt, attempts: 0 }];
  });
  const sent = notices.map(({ schema: _, device, ...rest }) => ({ ...rest, by: device?.deviceId }));
  assert.deepEqual(sent, asJson(due), "the notices of a commit");
}

function asJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}

/** The key that a commit has made, under the number that was next. */
function newKey(item: Owner, { after }: Step): StoredUserKey {
  const backup = after.owner?.backup;
  if (backup?.state !== "on") assert.fail("a key is due, and there is none");
  const { id, wrapped, serviceKey } = currentKey(backup);
  return { number: item.nextKey, id, wrapped, serviceKey };
}

function needsKey({ backup }: Owner, device: Device | undefined): boolean {
  return backup.state === "on" && device?.trusted !== undefined;
}

function onOf({ backup }: Owner): BackupOn {
  if (backup.state !== "on") assert.fail("it is done to a backup that is not on");
  return backup;
}

/** What the rules make of the state before. */
function expect(step: Step, event: Event): Expected {
  const { before, request } = step;
  const { at, deviceId, body, fresh } = request;
  if (event.type === "device-registered") return registration(step, event);
  const scene = sceneOf(request, before) ?? assert.fail("a phone acts that is not registered");
  const { item, device } = scene;
  const { recoveryId = "" } = event.details;
  switch (event.type) {
    case "device-renamed": {
      const verdict = registered(item, device, registrationOf(request), at);
      return { owner: verdict.refused ? assert.fail() : (verdict.next ?? assert.fail()) };
    }
    case "device-revoked": {
      const revoked =
        item.devices.find((other) => other.deviceId === event.details.deviceId) ?? assert.fail();
      const userKey = needsKey(item, revoked) ? newKey(item, step) : undefined;
      const told = { type: "device-revoked", deviceId: revoked.deviceId } as const;
      return { owner: phoneRemoved(item, revoked, deviceId, userKey, at), told: [[item.devices, told]] };
    }
    case "backup-enabled": {
      const userKey = newKey(item, step);
      const owner = turnedOn(item, device, { userKey, storageCheck: checkOf(scene) }, at);
      return { owner, told: [[owner.devices, { type: event.type }]], outcome: { keyId: userKey.id } };
    }
    case "backup-uploaded": {
      const facts = uploadFacts(scene);
      if (facts === "backup-off") assert.fail();
      const counted = isCounted(facts) ? withTry(item.tries, "losses", device, at) : item.tries;
      const { envelope = "" } = body;
      const isTold = isRecorded(facts.backup, device, facts.offered, at);
      assert.equal(step.event !== undefined, isTold, "whether the record tells of an upload");
      const { next, version, dropped } = uploaded(
        { ...item, tries: counted },
        facts.backup,
        device,
        {
          list: listOf(refsOf(request)),
          bytes: envelope.length,
          digest: request.digest,
          storageBound: facts.header.ssb,
        },
        { fresh, confirmed: isConfirmed(facts), now: at },
      );
      return { owner: next, added: version, dropped };
    }
    case "backup-refused":
      return { owner: uploadFailed(item, onOf(item), device, event.details.code ?? "", at) };
    case "backup-refreshed":
      return { owner: refreshed(item, onOf(item), device, at) };
    case "backup-deleted": {
      const { versions } = onOf(item);
      const told = [[item.devices, { type: event.type }]] as const;
      return { owner: turnedOff(item, actorOf(device), at), dropped: versions, told };
    }
    case "version-restored": {
      const backup = onOf(item);
      const found = findOlder(backup, device, Number(request.params.version));
      if (found.refused) assert.fail(found.refused.reason);
      const { next, version, dropped } = restored(item, backup, found.version, device, at);
      const told = [[next.devices, { type: event.type }]] as const;
      return { owner: next, added: version, dropped, told, outcome: { version: version.version } };
    }
    case "policy-changed": {
      const policy = chosen(settled(item.policy, at), body, at);
      return { owner: { ...item, policy }, told: [[item.devices, { type: event.type }]] };
    }
    case "contact-added": {
      const contactId =
        [...step.after.contacts.keys()].find((id) => !before.contacts.has(id)) ?? assert.fail();
      const tries = withTry(item.tries, "contact-sends", device, at);
      const listed = { id: contactId, kind: "email", by: device.deviceId } as const;
      const owner = { ...added(item, listed, at), tries };
      return { owner, told: [[owner.devices, { type: event.type }]], outcome: { contactId } };
    }
    case "contact-code-sent":
      return { owner: { ...item, tries: withTry(item.tries, "contact-sends", device, at) } };
    case "contact-confirmed": {
      const owner = confirmed(item, request.params.contactId ?? "", at);
      return { owner, told: [[owner.devices, { type: event.type }]] };
    }
    case "contact-removed": {
      const { listed } = findContact(scene, request.params.contactId) ?? assert.fail();
      const owner = removed(item, listed, device.deviceId, at);
      return { owner, told: [[owner.devices, { type: event.type }]] };
    }
    case "exported":
      return { owner: item, told: [[item.devices, { type: event.type }]] };
    case "freeze-lifted":
      return { owner: lifted(item, at), told: [[item.devices, { type: event.type }]] };
    case "recovery-refused": {
      const refusal =
        request.name === "recoveries-begin"
          ? refusalToBegin(scene)
          : refusalToOpen(scene, load(scene) ?? assert.fail());
      const kind = refusal && chargeOf(refusal);
      return { owner: kind ? { ...item, tries: withTry(item.tries, kind, device, at) } : item };
    }
    case "recovery-begun":
      return begun(scene, recoveryId);
    case "recovery-released":
    case "backup-started-anew":
      return opened(scene, step, recoveryId);
    case "recovery-cancelled": {
      const { item: recovery, state } = load(scene) ?? assert.fail();
      return {
        owner: cancelled(item, recoveryId, device, state),
        recovery: [recoveryId, inState(recovery, "cancelled")],
      };
    }
    case "recovery-approved": {
      const { listing } = load(scene) ?? assert.fail();
      return {
        owner: approved(item, listing ?? assert.fail(), at),
        told: [[item.devices, { type: event.type, recoveryId }]],
      };
    }
    case "recovery-denied":
      return denial(scene, step, recoveryId);
    case "challenge-begun": {
      const challengeId =
        [...step.after.challenges.keys()].find((id) => !before.challenges.has(id)) ?? assert.fail();
      const tries = withTry(item.tries, "challenges", device, at);
      const owner = { ...withChallenge(item, deviceId, challengeId), tries };
      return { owner, outcome: { challengeId } };
    }
    case "challenge-code-sent":
      return { owner: { ...item, tries: withTry(item.tries, "contact-sends", device, at) } };
    case "challenge-refused":
      return { owner: withoutChallenge(item, deviceId) };
    case "account-verified": {
      const challenge = before.challenges.get(request.params.challengeId ?? "")?.item ?? assert.fail();
      const { ref } = challenge.account;
      const found = before.recoveries.get(challenge.recoveryId ?? "");
      const ready = found && withReady(found.item, ref);
      const owner = verified(item, challenge, ready);
      return { owner, ...(ready && { recovery: [challenge.recoveryId ?? "", ready] as const }) };
    }
    default:
      return assert.fail(`nobody has asked for ${event.type}`);
  }
}

function registration(step: Step, { details }: Event): Expected {
  const { before, request } = step;
  const { at } = request;
  const item = before.owner ? asOf(before.owner, at) : newOwner(at);
  const verdict = registered(item, undefined, registrationOf(request), at);
  if (verdict.refused || !verdict.next) assert.fail("a phone is registered that can't be");
  const { next, displaced } = verdict;
  assert.equal(details.deviceId, displaced?.deviceId, "whose place it takes");
  const told: Expected["told"] = [[next.devices, { type: "device-registered" }]];
  if (!displaced) return { owner: next, told };
  const userKey = needsKey(next, displaced) ? newKey(item, step) : undefined;
  return {
    owner: phoneRemoved(next, displaced, undefined, userKey, at),
    told: [...told, [next.devices, { type: "device-displaced", deviceId: displaced.deviceId }]],
  };
}

function checkOf({ request: { body } }: Scene): string | undefined {
  return body.storageCheck === undefined ? undefined : stored(body.storageCheck);
}

function begun(scene: Scene, recoveryId: string): Expected {
  const { request, item, state } = scene;
  const { at } = request;
  const wish = wishOf(request);
  const manifest = findIn(scene, wish).envelope?.manifest;
  const outcome = { recoveryId };
  const told = ({ purpose, releaseAt }: ListedRecovery): NonNullable<Expected["told"]> => [
    [item.devices, { type: "recovery-waiting", recoveryId, purpose, releaseAt }],
  ];
  if (state.recoveries.has(recoveryId)) {
    const { item: recovery, listing } = load(scene, recoveryId) ?? assert.fail();
    const next = changed(listing ?? assert.fail(), recovery, { ...wish, manifest });
    const owner = waits(item, next.listed, at);
    return { owner, recovery: [recoveryId, next.recovery], told: told(next.listed), outcome };
  }
  const { recovery, listing, next } = begin(scene, recoveryId);
  return { owner: waits(next, listing, at), recovery: [recoveryId, recovery], told: told(listing), outcome };
}

/** A new recovery, and the owner with its cost. */
function begin(scene: Scene, recoveryId: string) {
  const { request, item, device } = scene;
  const { at } = request;
  const wish = wishOf(request);
  const manifest = findIn(scene, wish).envelope?.manifest;
  const wait = waitOf(factsIn(scene, wish));
  const recovery = newRecovery(device, { purpose: wish.purpose, manifest }, { wait, now: at });
  const listing = listedAs(item, recoveryId, recovery, device, wish.version);
  return { recovery, listing, next: { ...item, tries: withBegun(item, device, at) } };
}

function opened(scene: Scene, step: Step, recoveryId: string): Expected {
  const { request, device } = scene;
  const { at } = request;
  const isBegun = request.name === "recoveries-begin";
  const loaded = isBegun ? undefined : (load(scene) ?? assert.fail());
  const fresh = isBegun ? begin(scene, recoveryId) : undefined;
  const recovery = loaded?.item ?? fresh?.recovery ?? assert.fail();
  const listing = loaded?.listing ?? fresh?.listing ?? assert.fail();
  const { purpose } = recovery;
  const item = fresh
    ? // What waited on this phone ends.
      { ...fresh.next, recoveries: fresh.next.recoveries.filter((other) => !isWaiting(other, device)) }
    : scene.item;
  const told = (
    owner: Owner,
    type: "recovery-released" | "backup-started-anew",
  ): NonNullable<Expected["told"]> => [[owner.devices, { type, recoveryId, purpose }]];
  const outcome = { recoveryId };
  if (purpose === "start-anew") {
    const userKey = newKey(item, step);
    const brought = {
      platform: device.platform,
      version: undefined,
      key: userKey.number,
      manifest: undefined,
    };
    const next = released(recovery, brought, at);
    const storageCheck = checkOf(scene);
    const owner = startedAnew(item, listing, next, device, { userKey, storageCheck }, at);
    return { owner, recovery: [recoveryId, next], told: told(owner, "backup-started-anew"), outcome };
  }
  const backup = onOf(item);
  const { version, envelope } = findIn(scene, { purpose, version: listing.version });
  const key = keyOf({ purpose, backup, version }) ?? assert.fail("a recovery without a key");
  const brought = {
    platform: key.platform,
    version: version?.version,
    key: key.number,
    manifest: envelope?.manifest,
  };
  const next = released(recovery, brought, at);
  const owner = recovered(item, backup, listing, next, device, at);
  return { owner, recovery: [recoveryId, next], told: told(owner, "recovery-released"), outcome };
}

function isWaiting({ state, device }: ListedRecovery, { deviceId }: Device): boolean {
  return state === "waiting" && device.deviceId === deviceId;
}

function denial(scene: Scene, step: Step, recoveryId: string): Expected {
  const { request, item, device } = scene;
  const { at, fresh } = request;
  const { item: recovery, listing } = load(scene) ?? assert.fail();
  if (!listing) assert.fail("a recovery is denied that is over");
  const verdict = judgeDenial(item, device, listing, missingOf(request), at);
  if (verdict.refused) assert.fail(verdict.refused.reason);
  const userKey = item.backup.state === "on" ? newKey(item, step) : undefined;
  const owner = denied(item, listing, verdict, { userKey, fresh, now: at });
  return {
    owner,
    recovery: [recoveryId, inState(recovery, "denied")],
    told: [[owner.devices, { type: "recovery-denied", recoveryId }]],
  };
}
