import { isDeepStrictEqual } from "node:util";
import type { OwnerAct } from "../../../shared/acts/act.ts";
import { type Found, factsOf, type Wish } from "../../../shared/acts/judge.ts";
import { readEnvelopeHeader } from "../../../shared/backup/envelope.ts";
import { listOf } from "../../../shared/backup/lists.ts";
import { settled } from "../../../shared/backup/policy.ts";
import { refuseStanding } from "../../../shared/backup/standing.ts";
import { refuseEnable } from "../../../shared/backup/states.ts";
import { refuseReading, refuseStorageAccount } from "../../../shared/backup/storageAccount.ts";
import { judgeUpload, type UploadFacts } from "../../../shared/backup/uploadGuards.ts";
import { findOlder } from "../../../shared/backup/versions.ts";
import { judgeAnswer } from "../../../shared/challenge/answer.ts";
import { PUSH_REFUSALS } from "../../../shared/challenge/explain.ts";
import { missingProofs, takes } from "../../../shared/challenge/proofs.ts";
import { refuseSend as refuseSendOf } from "../../../shared/challenge/sends.ts";
import {
  type ChallengeAct,
  type Known,
  OVER,
  stateOf as stateOfChallenge,
  transitions,
} from "../../../shared/challenge/states.ts";
import { doesCount, refusePlace } from "../../../shared/contact/contacts.ts";
import { refuseSend } from "../../../shared/contact/sends.ts";
import { newOwner, registered } from "../../../shared/devices/registration.ts";
import { exhausted, triesLeft } from "../../../shared/limits/tries.ts";
import type { Device } from "../../../shared/model/device.ts";
import { type BackupOn, currentKey, currentVersion, type Owner } from "../../../shared/model/owner.ts";
import type { ListedRecovery, Recovery, RecoveryState } from "../../../shared/model/recovery.ts";
import { describe } from "../../../shared/recovery/answers.ts";
import { triesToBegin } from "../../../shared/recovery/begun.ts";
import { asOf } from "../../../shared/recovery/freeze.ts";
import { type Facts, judge, type Refusal } from "../../../shared/recovery/guards.ts";
import { isAlive, timeFor } from "../../../shared/recovery/listed.ts";
import {
  hasEnded,
  judgeDenial,
  mayRevoke,
  moved,
  refuseApproval,
  refuseLift,
} from "../../../shared/recovery/say.ts";
import { type RecoveryAct, stateOf } from "../../../shared/recovery/states.ts";
import { precondition } from "../../../shared/status/etag.ts";
import { answerOf, statusOf } from "../../../shared/status/status.ts";
import type { Means, Missing, TryKind } from "../../../shared/words.ts";
import { ORIGIN } from "../faultyService.ts";
import { hashOf } from "./family.ts";
import type { Answered, Request } from "./request.ts";
import type { State } from "./state.ts";

/** A request of a registered phone, and the owner as it finds them at one moment. */
export interface Scene {
  readonly request: Request;
  readonly state: State;
  readonly item: Owner;
  readonly device: Device;
  readonly missing: readonly Missing[];
}

type Verdict = string | undefined;

interface Rule {
  /** The code of what stands against the request; undefined if nothing does. */
  readonly judge: (scene: Scene) => Verdict;
  /** What stands against answering a retry, whose first try had this outcome. */
  readonly replay?: (scene: Scene, outcome: Readonly<Record<string, unknown>>) => Verdict;
  /** Whether an answer is true of a moment. @param body of the answer */
  readonly holds?: (scene: Scene, body: Answered) => boolean;
}

/** What the request is answered in this state: the code of a problem; undefined if it is served. */
export function verdictOn(request: Request, state: State): Verdict {
  const judged = judgedOn(request, state);
  const rule = rules[request.name];
  const { idempotencyKey } = request;
  const outcome = idempotencyKey === undefined ? undefined : state.outcomes.get(idempotencyKey);
  const scene = sceneOf(request, state);
  if (!scene || !rule?.replay || !outcome || outcome.until <= request.at || pipeline(scene)) return judged;
  return rule.replay(scene, outcome.item);
}

/** The same, of a request that was not carried out before. */
export function judgedOn(request: Request, state: State): Verdict {
  if (request.name === "devices-register") return judgeRegistration(request, state);
  const scene = sceneOf(request, state);
  if (!scene) return "device-not-registered";
  return pipeline(scene) ?? rules[request.name]?.judge(scene);
}

/** Whether the answer is true in this state. */
export function effectOf(request: Request, state: State, body: Answered): boolean {
  if (request.name === "devices-register") return phoneOf(state.owner, request.deviceId) !== undefined;
  const { holds } = rules[request.name] ?? {};
  if (!holds) return true;
  // A phone that has revoked itself is answered once more.
  const scene = sceneOf(request, state) ?? goneFrom(request, state);
  return scene !== undefined && holds(scene, body);
}

export function sceneOf(request: Request, state: State): Scene | undefined {
  const item = state.owner && asOf(state.owner, request.at);
  const removed = request.endpoint.access.registered === "or-removed" ? (item?.removed ?? []) : [];
  const device =
    phoneOf(item, request.deviceId) ??
    removed.map((other) => other.device).find(({ deviceId }) => deviceId === request.deviceId);
  return item && device && { request, state, item, device, missing: missingOf(request) };
}

function goneFrom(request: Request, state: State): Scene | undefined {
  const item = state.owner && asOf(state.owner, request.at);
  const device = request.moments.states().flatMap(({ owner }) => phoneOf(owner, request.deviceId) ?? [])[0];
  return item && device && { request, state, item, device, missing: missingOf(request) };
}

export function missingOf({ fresh }: Request): readonly Missing[] {
  return fresh ? [] : ["recent-sign-in"];
}

function phoneOf(owner: Pick<Owner, "devices"> | undefined, deviceId: string | undefined) {
  return owner?.devices.find((device) => device.deviceId === deviceId);
}

/** What every request of a registered phone is held against first. */
function pipeline(scene: Scene): Verdict {
  const { request, item, device } = scene;
  const { frozen, standing, stepUp } = request.endpoint.access;
  if (frozen === "stops" && item.freeze) return "backup-frozen";
  const refusal = refuseStanding(item, device, standing);
  if (refusal) return refusal.reason;
  return stepUp === "needed" ? stale(scene) : undefined;
}

function stale({ request: { fresh, at }, item, device }: Scene): Verdict {
  if (fresh) return undefined;
  return exhausted(item.tries, ["step-ups", "proofs"], device, at) ? "too-many-refusals" : "step-up-required";
}

function judgeRegistration(request: Request, { owner }: State): Verdict {
  const { at, fresh } = request;
  const item = owner ? asOf(owner, at) : newOwner(at);
  const known = phoneOf(item, request.deviceId);
  if (!fresh) {
    const spent = exhausted(item.tries, ["step-ups", "proofs"], known, at);
    return spent ? "too-many-refusals" : "step-up-required";
  }
  return registered(item, known, registrationOf(request), at).refused?.reason;
}

export function registrationOf({ deviceId, body, member, tokenHash }: Request) {
  const { name = "", sealingKey } = body;
  if (!sealingKey) throw new Error("a registration without a key");
  return { deviceId, name, platform: member.platform, sealingKey, tokenHash };
}

const rules: Readonly<Record<string, Rule>> = {
  "devices-list": {
    judge: () => undefined,
    holds: ({ item }, { devices }) =>
      isDeepStrictEqual(
        devices?.map(({ deviceId, trusted }) => [deviceId, trusted]),
        item.devices.map(({ deviceId, trusted }) => [deviceId, trusted !== undefined]),
      ),
  },
  "devices-revoke": {
    judge(scene) {
      const { item, device } = scene;
      const { deviceId } = scene.request.params;
      if (deviceId === device.deviceId) return undefined;
      if (!mayRevoke(item, device)) return "backup-frozen";
      const needed = phoneOf(item, deviceId)?.trusted ? "trusted" : "trusted-if-on";
      return refuseStanding(item, device, needed)?.reason ?? stale(scene);
    },
    holds: ({ request, item }) => phoneOf(item, request.params.deviceId) === undefined,
  },
  "backup-enable": {
    judge: ({ request, item, device }) =>
      (refuseEnable(item, device) ?? refuseStorageAccount(device.platform, request.body.storageCheck))
        ?.reason,
    replay: ({ item: { backup }, device: { trusted } }, { keyId }) => {
      if (backup.state !== "on") return "backup-off";
      const key = backup.keys.find(({ id }) => id === keyId);
      return key && trusted && trusted.from <= key.number ? undefined : "backup-already-on";
    },
    holds: ({ item: { backup } }, { key }) =>
      backup.state === "on" && backup.keys.some(({ id, number }) => id === key?.id && number === key.number),
  },
  "backup-status": {
    judge: () => undefined,
    holds: ({ request, item, device }, body) => isSame(body, statusOf(item, device.deviceId, request.at)),
  },
  "backup-upload": {
    judge(scene) {
      const facts = uploadFacts(scene);
      if (facts === "backup-off") return facts;
      if (isStored(facts.backup, scene.request)) return undefined;
      const refusal = judgeUpload(facts);
      return refusal?.reason === "step-up-required" ? stale(scene) : refusal?.reason;
    },
    holds: ({ request, item }, { version }) =>
      item.backup.state === "on" && isStored(item.backup, request, version),
  },
  "backup-disable": {
    judge: () => undefined,
    holds: ({ item }) => item.backup.state !== "on",
  },
  "backup-key": {
    judge: ({ request, item: { backup }, device }) => {
      if (backup.state !== "on") return "backup-off";
      const check = request.headers.get("X-Storage-Check") ?? undefined;
      return refuseReading(currentKey(backup), device.platform, check)?.reason;
    },
    holds: ({ item: { backup } }, { key }) => backup.state === "on" && currentKey(backup).id === key?.id,
  },
  "backup-refresh": { judge: ({ item }) => offOf(item) },
  "backup-versions": {
    judge: ({ item }) => offOf(item),
    holds: ({ item: { backup } }, { versions }) =>
      backup.state === "on" && isSame(versions, backup.versions.map(answerOf)),
  },
  "backup-versions-restore": {
    judge: ({ request, item: { backup }, device }) =>
      backup.state === "on"
        ? findOlder(backup, device, Number(request.params.version)).refused?.reason
        : "backup-off",
    replay: ({ item: { backup } }, { version }) => {
      if (backup.state !== "on") return "backup-off";
      return backup.versions.some((other) => other.version === version) ? undefined : "version-not-found";
    },
    holds: ({ state }, { version }) => state.envelopes.has(version ?? 0),
  },
  "backup-policy-choose": {
    judge: ({ item }) => offOf(item),
    holds: ({ request, item }, body) => isSame(body, settled(item.policy, request.at)),
  },
  "backup-freeze-lift": {
    judge: ({ item: { freeze }, device }) => freeze && refuseLift(freeze, device)?.reason,
    holds: ({ item }) => item.freeze === undefined,
  },
  "recoveries-begin": {
    judge: (scene) => refusalToBegin(scene)?.reason,
    replay(scene, { recoveryId }) {
      const loaded = loadOwn(scene, String(recoveryId));
      if (!loaded) return "recovery-not-found";
      const over = refuseMove(loaded, "open");
      return over ?? (loaded.state === "waiting" ? undefined : refusalToOpen(scene, loaded)?.reason);
    },
    holds: isShown,
  },
  "recoveries-read": {
    judge: (scene) => (loadOwn(scene) ? undefined : "recovery-not-found"),
    holds: isShown,
  },
  "recoveries-open": {
    judge(scene) {
      const loaded = loadOwn(scene);
      if (!loaded) return "recovery-not-found";
      return refuseMove(loaded, "open") ?? refusalToOpen(scene, loaded)?.reason;
    },
    holds: isShown,
  },
  "recoveries-cancel": {
    judge(scene) {
      const loaded = loadOwn(scene);
      return loaded ? refuseMove(loaded, "cancel") : "recovery-not-found";
    },
    holds: (scene) => load(scene)?.state === "cancelled",
  },
  "recoveries-approve": {
    judge(scene) {
      const loaded = load(scene);
      if (!loaded) return "recovery-not-found";
      const over = refuseMove(loaded, "approve") ?? (loaded.listing ? undefined : "recovery-over");
      return over ?? (loaded.listing && refuseApproval(scene.device, loaded.listing)?.reason);
    },
    holds(scene) {
      const { state, item } = load(scene) ?? {};
      return state !== "waiting" || Date.parse(item?.releaseAt ?? "") <= scene.request.at;
    },
  },
  "recoveries-deny": {
    judge(scene) {
      const { item, device, missing, request } = scene;
      const loaded = load(scene);
      if (!loaded) return "recovery-not-found";
      const over = refuseMove(loaded, "deny");
      if (over || loaded.state === "denied") return over;
      if (!loaded.listing) return "recovery-over";
      const { refused } = judgeDenial(item, device, loaded.listing, missing, request.at);
      return refused?.reason === "step-up-required" ? stale(scene) : refused?.reason;
    },
    holds: (scene) => load(scene)?.state === "denied",
  },
  "contacts-add": {
    judge({ request, item, device, state }) {
      const { at, body } = request;
      const refusal = refusePlace(item, at);
      if (refusal) return refusal.reason;
      const isPresent = item.contacts?.some(
        ({ id, removed }) => !removed && state.contacts.get(id)?.address === body.address,
      );
      if (isPresent) return "contact-present";
      return exhausted(item.tries, ["contact-sends"], device, at) && "too-many-tries";
    },
    replay(scene, { contactId }) {
      const { request, item, device } = scene;
      const found = findContact(scene, String(contactId));
      if (!found) return "contact-not-found";
      const { codes = [], sends } = found.item;
      if (found.listed.confirmedAt !== undefined) return undefined;
      if (codes.length > 0 && refuseSend(sends, request.at)) return undefined;
      return exhausted(item.tries, ["contact-sends"], device, request.at) && "too-many-tries";
    },
  },
  "contacts-confirm": {
    judge(scene) {
      const { request, item, device } = scene;
      const found = findContact(scene, request.params.contactId);
      if (!found) return "contact-not-found";
      if (found.listed.confirmedAt !== undefined) return undefined;
      return exhausted(item.tries, ["contact-codes"], device, request.at) && "too-many-tries";
    },
    holds: (scene) => findContact(scene, scene.request.params.contactId)?.listed.confirmedAt !== undefined,
  },
  "contacts-remove": {
    judge: () => undefined,
    holds: (scene) => findContact(scene, scene.request.params.contactId) === undefined,
  },
  "me-export": { judge: () => undefined },
  "challenges-begin": {
    judge(scene) {
      const { code, ref } = scene.request.body;
      const spent = tooMany(
        scene,
        "challenges",
        ...(code === undefined ? [] : ["activation-codes" as const]),
      );
      return spent ?? (ref === undefined ? undefined : refusePending(scene, ref));
    },
    replay: (scene, { challengeId }) =>
      findChallenge(scene, String(challengeId)) ? undefined : "challenge-not-found",
    holds: isChallengeShown,
  },
  "challenges-read": {
    judge: (scene) => (findChallenge(scene) ? undefined : "challenge-not-found"),
    holds: isChallengeShown,
  },
  "challenges-cancel": {
    judge: (scene) => (findChallenge(scene) ? undefined : "challenge-not-found"),
    holds: (scene) => OVER.has(findChallenge(scene)?.state ?? "open"),
  },
  "challenges-sign-in": {
    judge: (scene) => refuseProof(scene, "fresh-sign-in"),
    holds: (scene, body) => isGiven(scene, "fresh-sign-in") && isChallengeShown(scene, body),
  },
  "challenges-code-send": {
    judge(scene) {
      const refusal = refuseProof(scene, "contact-code");
      const { challenge } = findChallenge(scene) ?? {};
      if (refusal || isGiven(scene, "contact-code")) return refusal;
      const { item, request } = scene;
      const spent =
        tooMany(scene, "challenge-codes", "contact-sends") ??
        refuseSendOf("code", challenge?.code?.sends, request.at)?.reason;
      if (spent) return spent;
      if (!challenge?.signIn) return "challenge-proof-missing";
      const listed = item.contacts?.find(({ id }) => id === request.body.contactId);
      if (!listed) return "contact-not-found";
      return doesCount(listed, request.at, item.freeze) ? undefined : "contact-not-counted";
    },
    holds: isChallengeShown,
  },
  "challenges-code": {
    judge: (scene) =>
      refuseProof(scene, "contact-code") ??
      (isGiven(scene, "contact-code") ? undefined : tooMany(scene, "challenge-codes")),
    holds: (scene, body) => isGiven(scene, "contact-code") && isChallengeShown(scene, body),
  },
  "challenges-activation": {
    judge: (scene) => refuseProof(scene, "activation-code") ?? tooMany(scene, "activation-codes"),
    holds: (scene, body) => isGiven(scene, "activation-code") && isChallengeShown(scene, body),
  },
  "challenges-credential": {
    judge(scene) {
      const refusal = refuseChallenge(scene, "register");
      const { challenge, state } = findChallenge(scene) ?? {};
      const isSame = isDeepStrictEqual(challenge?.credential?.publicKey, scene.request.body.publicKey);
      return refusal ?? (isSame && state === "pushed" ? undefined : refusePush(scene));
    },
    holds: isChallengeShown,
  },
  "challenges-push-send": {
    judge(scene) {
      const refusal = refuseChallenge(scene, "push");
      const { challenge } = findChallenge(scene) ?? {};
      return refusal ?? (challenge?.credential ? refusePush(scene) : "challenge-proof-missing");
    },
    holds: isChallengeShown,
  },
  "challenges-push": {
    judge(scene) {
      const { challengeId = "", challenge } = findChallenge(scene) ?? {};
      const { answer = "" } = scene.request.body;
      if (challenge?.ended === "verified" && challenge.answer === hashOf(answer)) return undefined;
      const refusal = refuseChallenge(scene, "answer");
      if (refusal || !challenge) return refusal;
      const { deviceId, at } = scene.request;
      const verdict = judgeAnswer(answer, challenge, { origin: ORIGIN, challengeId, deviceId, now: at });
      return verdict === "approved" || verdict === "denied" ? undefined : PUSH_REFUSALS[verdict];
    },
    holds: (scene, body) =>
      ["verified", "refused"].includes(findChallenge(scene)?.state ?? "") && isChallengeShown(scene, body),
  },
};

/** The phone's challenge, and how it stands. */
function findChallenge(
  { request, state, item, device }: Scene,
  challengeId: string = request.params.challengeId ?? "",
) {
  const kept = state.challenges.get(challengeId);
  if (!kept || kept.until <= request.at || kept.item.deviceId !== device.deviceId) return undefined;
  const known: Known = { challengeId, challenge: kept.item };
  return { ...known, state: stateOfChallenge(known, item, request.at) };
}

function refuseChallenge(scene: Scene, act: ChallengeAct): Verdict {
  const { state } = findChallenge(scene) ?? {};
  if (state === undefined) return "challenge-not-found";
  if (transitions[state].includes(act)) return undefined;
  if (OVER.has(state)) return "challenge-over";
  return state === "proven" ? "push-expired" : "challenge-proof-missing";
}

function refuseProof(scene: Scene, means: Means): Verdict {
  const refusal = refuseChallenge(scene, "prove");
  const { challenge } = findChallenge(scene) ?? {};
  return refusal ?? (challenge && takes(challenge, means) ? undefined : "proof-not-accepted");
}

function isGiven(scene: Scene, means: Means): boolean {
  return findChallenge(scene)?.challenge.given.includes(means) ?? false;
}

function refusePush(scene: Scene): Verdict {
  const { push } = findChallenge(scene)?.challenge ?? {};
  return refuseSendOf("push", push?.sends, scene.request.at)?.reason;
}

function tooMany({ request, item, device }: Scene, ...kinds: TryKind[]): Verdict {
  return exhausted(item.tries, kinds, device, request.at) && "too-many-tries";
}

/** What stands against verifying an account of a recovery. */
function refusePending(scene: Scene, ref: string): Verdict {
  const loaded = loadOwn(scene, scene.request.body.recoveryId);
  if (!loaded) return "recovery-not-found";
  const { item, state } = loaded;
  if (state === "cancelled" || state === "denied" || state === "expired") return "recovery-over";
  const account = item.accounts.find((each) => each.ref === ref);
  if (!account || state === "waiting") return "account-not-found";
  return account.push && account.state !== "ready" ? undefined : "account-verified";
}

/** Whether a challenge is shown to its phone as it is. */
function isChallengeShown(scene: Scene, { challengeId, state, given, proofs }: Answered): boolean {
  const found = findChallenge(scene, challengeId);
  if (!found) return false;
  const { challenge } = found;
  return isDeepStrictEqual([state, given, proofs], [found.state, challenge.given, missingProofs(challenge)]);
}

/** A contact that is there, and was not removed. */
export function findContact({ item, state }: Scene, contactId: string | undefined) {
  const listed = item.contacts?.find(({ id, removed }) => id === contactId && !removed);
  const stored = listed && state.contacts.get(listed.id);
  return stored && { ...stored, listed };
}

function offOf({ backup }: Owner): Verdict {
  return backup.state === "on" ? undefined : "backup-off";
}

function isSame(told: unknown, is: unknown): boolean {
  return isDeepStrictEqual(told, JSON.parse(JSON.stringify(is)));
}

/** What the guards of an upload look at. */
export function uploadFacts({ request, item, device, missing }: Scene): UploadFacts | "backup-off" {
  const { body, headers, at, member } = request;
  const { backup } = item;
  const header = readEnvelopeHeader(body.envelope ?? "");
  if (!header) throw new Error("a phone sends an envelope that is none");
  if (backup.state !== "on") return "backup-off";
  return {
    now: at,
    userId: member.family.userId,
    owner: item,
    backup,
    device,
    header,
    offered: listOf(refsOf(request)),
    precondition: precondition(item, {
      ifMatch: headers.get("If-Match") ?? undefined,
      ifNoneMatch: headers.get("If-None-Match") ?? undefined,
    }),
    storageCheck: body.storageCheck,
    replaces: body.replaces,
    missing,
    lossesLeft: triesLeft(item.tries, "losses", device, at) > 0,
  };
}

export function refsOf({ body }: Request): string[] {
  return body.manifest?.accounts.map(({ ref }) => ref) ?? [];
}

function isStored({ versions }: BackupOn, { digest }: Request, number?: number): boolean {
  return versions.some((other) => other.digest === digest && (number ?? other.version) === other.version);
}

/** The version that a recovery is for, and its envelope. */
export function findIn({ item: { backup }, state }: Scene, { purpose, version: named }: Wish): Found {
  if (backup.state !== "on" || purpose === "start-anew") return { version: undefined, envelope: undefined };
  const version =
    named === undefined ? currentVersion(backup) : backup.versions.find((other) => other.version === named);
  return { version, envelope: version && state.envelopes.get(version.version) };
}

export function wishOf({ body: { purpose = "recover", version } }: Request): Wish {
  return { purpose, version };
}

/** What the guards of a recovery look at. */
export function factsIn(scene: Scene, wish: Wish, releaseAt?: number): Facts {
  const { request, item, device, missing } = scene;
  const { body, at } = request;
  const act = { owner: { item, etag: "" }, device, now: at } as OwnerAct;
  const { storageCheck, recoveryKeyCheck, accounts = [] } = body;
  return factsOf(act, findIn(scene, wish), {
    wish,
    evidence: { storageCheck, recoveryKeyCheck, accounts },
    tries: releaseAt === undefined ? triesToBegin(item, device, at) : [],
    missing,
    releaseAt,
  });
}

export function refusalToBegin(scene: Scene): Refusal | undefined {
  return judge(factsIn(scene, wishOf(scene.request)));
}

export function refusalToOpen(scene: Scene, { item, state, listing }: Loaded): Refusal | undefined {
  const version = state === "waiting" ? listing?.version : item.version;
  const refusal = judge(factsIn(scene, { purpose: item.purpose, version }, Date.parse(item.releaseAt)));
  // What it brought is gone with the backup; a start anew that still waits would begin another.
  const isGone = state !== "waiting" && scene.item.backup.state !== "on";
  return refusal ?? (isGone ? { reason: "backup-off" } : undefined);
}

/** A recovery as its phone, or another, finds it. */
interface Loaded {
  readonly item: Recovery;
  readonly state: RecoveryState;
  readonly listing: ListedRecovery | undefined;
}

export function load(
  { request: { at, params }, state, item }: Scene,
  recoveryId: string = params.recoveryId ?? "",
): Loaded | undefined {
  const stored = state.recoveries.get(recoveryId);
  if (!stored || stored.until <= at) return undefined;
  const listing = item.recoveries.find((other) => other.recoveryId === recoveryId);
  const recovery =
    stored.item.state === "waiting" && listing
      ? { ...stored.item, releaseAt: listing.releaseAt, expiresAt: listing.expiresAt }
      : stored.item;
  const { freeze } = item;
  return {
    item: recovery,
    state: stateOf(recovery, hasEnded(item, recoveryId, recovery), timeFor(recovery, at, freeze)),
    listing: listing && isAlive(listing, at, freeze) ? listing : undefined,
  };
}

function loadOwn(scene: Scene, recoveryId?: string): Loaded | undefined {
  const loaded = load(scene, recoveryId);
  return loaded?.item.deviceId === scene.device.deviceId ? loaded : undefined;
}

function refuseMove({ state }: Loaded, act: RecoveryAct): Verdict {
  return moved(state, act).refused?.reason;
}

/** Whether a recovery is shown to its phone as it is. */
function isShown(scene: Scene, body: Answered): boolean {
  const { recoveryId = "" } = body;
  const loaded = load(scene, recoveryId);
  if (!loaded || loaded.item.deviceId !== scene.device.deviceId) return false;
  const shown = describe(recoveryId, loaded);
  const same = Object.keys(shown).map((name) => [name, body[name as keyof Answered]]);
  return isSame(Object.fromEntries(same), shown);
}
