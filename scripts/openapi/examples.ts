import { readFileSync } from "node:fs";
import type { ProblemCode } from "../../shared/errors/catalogue.ts";

/** What a request of one endpoint may look like, and each of its answers. */
interface Example {
  readonly body?: unknown;
  readonly answers?: Readonly<Record<number, unknown>>;
}

/** The vectors that docs/protocol.md explains: what is shown here opens with the keys that stand there. */
function vectors(name: string) {
  return JSON.parse(readFileSync(new URL(`../../test/vectors/${name}.json`, import.meta.url), "utf8"));
}

const AT = "2026-11-22T07:00:00.000Z";
const IN_A_WEEK = "2026-11-29T07:00:00.000Z";
const IN_TWO_WEEKS = "2026-12-06T07:00:00.000Z";
const IN_A_MONTH = "2026-12-22T07:00:00.000Z";

const KEK = "https://backup.vault.azure.net/keys/backup/0123456789abcdef0123456789abcdef";

const OLDER_KEK = "https://backup.vault.azure.net/keys/backup/fedcba9876543210fedcba9876543210";

const deviceId = "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U";
const recoveryId = "sLGys7S1tre4ubq7vL2-vw";
const challengeId = "pKqioaCfnp2cm5qZmJeWlQ";
const contactId = "wMHCw8TFxsfIycrLzM3Ozw";
const activationId = `${deviceId}.${recoveryId}`;
const credentialId = `${deviceId}.${contactId}`;

const { userId, key, sealingKey } = vectors("sealed-user-key");
/** The shortest one of iOS. */
const { envelope, binding } = vectors("envelope").cases.find(
  ({ name }: { readonly name: string }) => name === "on iOS, without the storage secret",
);
const { storageCheck } = vectors("storage-check").cases[0];
const ref = "QcoNhZHNHmkBPr5lpeDCt8TwvgLUt1Gv0gRyppuOVeE";
const hash = "np001TuHsr_aKo3ZGZ-tW5wHpTyKUFdEBHU89EKkwi4";

const named = { deviceId, name: "Alice's phone", platform: "ios" };
const device = { ...named, registeredAt: AT, trusted: true };

const version = {
  version: binding.ver,
  uploadedAt: AT,
  device: named,
  accounts: 1,
  bytes: envelope.length,
  sealedAs: binding.ver,
  storageBound: false,
  key: key.number,
};

const status = {
  state: "on",
  nextVersion: binding.ver + 1,
  trusted: true,
  recoveries: [],
  platform: "ios",
  enabledAt: AT,
  advice: "add-contact",
  key: { id: key.id, number: key.number },
  current: version,
  versions: 1,
  health: { outOfDate: false, outOfDateAt: IN_A_MONTH },
  indicator: "none",
};

const kinds = { personal: 1, "work-or-school": 0, "third-party": 0 };

const recovery = {
  recoveryId,
  purpose: "recover",
  platform: "ios",
  kinds,
  actionRequired: 0,
  startedAt: AT,
};

const released = {
  ...recovery,
  state: "completed",
  version: version.version,
  accounts: [{ ref, kind: "personal", push: false, state: "ready", means: [] }],
  releaseAt: AT,
  expiresAt: IN_TWO_WEEKS,
  key,
  content: { envelope, sealedAs: version.sealedAs, storageBound: false },
};

const waiting = {
  ...recovery,
  state: "waiting",
  releaseAt: IN_A_WEEK,
  expiresAt: IN_TWO_WEEKS,
};

const contact = {
  contactId,
  kind: "email",
  hint: "a•••@e•••.com",
  state: "unconfirmed",
  counts: false,
  addedAt: AT,
  addedBy: deviceId,
};

const codeSent = {
  ...contact,
  code: { expiresAt: "2026-11-22T07:10:00.000Z", sendAgainAt: "2026-11-22T07:01:00.000Z", sendsLeft: 4 },
};

const account = { ref, kind: "personal" };

const challenge = {
  challengeId,
  state: "open",
  account,
  proofs: [["fresh-sign-in", "contact-code"]],
  given: [],
  recoveryId,
  triesLeft: 5,
  startedAt: AT,
  expiresAt: "2026-11-22T08:00:00.000Z",
};

const signedIn = { ...challenge, proofs: [["contact-code"]], given: ["fresh-sign-in"] };

const codeIsSent = {
  ...signedIn,
  code: {
    contactId,
    expiresAt: "2026-11-22T07:11:00.000Z",
    sendAgainAt: "2026-11-22T07:02:00.000Z",
    sendsLeft: 2,
  },
};

const proven = { ...codeIsSent, state: "proven", proofs: [], given: ["fresh-sign-in", "contact-code"] };

const pushed = {
  ...proven,
  state: "pushed",
  push: {
    answerUntil: "2026-11-22T07:05:00.000Z",
    sendAgainAt: "2026-11-22T07:03:30.000Z",
    sendsLeft: 2,
    number: false,
  },
};

const ofWork = {
  challengeId,
  state: "proven",
  account: { ref, kind: "work-or-school" },
  proofs: [],
  given: ["activation-code"],
  recoveryId,
  triesLeft: 10,
  startedAt: AT,
  expiresAt: "2026-11-22T08:00:00.000Z",
};

const policy = { conflict: "same-account", otherPlatform: false, waitingSeconds: 604_800 };
const evidence = { storageCheck, accounts: [] };
const item = { id: "owner", body: { schema: 1 } };
const next = `${recoveryId}.${"A".repeat(38)}`;

/** By the names of endpoints. */
export const examples: Readonly<Record<string, Example>> = {
  "devices-register": {
    body: {
      name: named.name,
      sealingKey: { kty: sealingKey.kty, crv: sealingKey.crv, x: sealingKey.x, y: sealingKey.y },
    },
    answers: { 200: { ...device, trusted: false, userId, referenceSalt: hash } },
  },
  "devices-list": { answers: { 200: { devices: [{ ...device, lastUploadAt: AT, thisPhone: true }] } } },
  "devices-push": {
    body: { platform: "apns", environment: "production", token: "0f".repeat(32), language: "sv" },
  },
  "backup-enable": { body: { storageCheck }, answers: { 201: { platform: "ios", nextVersion: 1, key } } },
  "backup-status": { answers: { 200: status } },
  "backup-upload": {
    body: { envelope, manifest: { accounts: [{ ref, kind: "personal", push: false }] }, storageCheck },
    answers: { 200: { version: version.version, uploadedAt: AT, accounts: 1, nextVersion: binding.ver + 1 } },
  },
  "backup-key": { answers: { 200: { platform: "ios", key } } },
  "backup-refresh": { answers: { 200: status } },
  "backup-versions": { answers: { 200: { versions: [version] } } },
  "backup-versions-restore": { answers: { 201: { ...version, version: binding.ver + 2 } } },
  "backup-policy-read": { answers: { 200: policy } },
  "backup-policy-choose": { body: { waitingSeconds: 604_800 }, answers: { 200: policy } },
  "backup-recovery-key-set": {
    body: {
      storageCheck,
      recoveryKeyCheck: hash,
      wrappedStorageSecret: vectors("recovery-key").wrapped[0].wrappedStorageSecret,
    },
    answers: { 200: { setAt: AT } },
  },
  "recoveries-preview": {
    body: { storageCheck },
    answers: {
      200: {
        platform: "ios",
        version,
        kinds,
        actionRequired: 0,
        waitingSeconds: 604_800,
        approvers: 1,
        missing: [],
      },
    },
  },
  "recoveries-begin": {
    body: evidence,
    answers: {
      200: { ...waiting, approvers: 1, triesLeft: 4 },
      201: { ...released, triesLeft: 4 },
    },
  },
  "recoveries-read": { answers: { 200: waiting } },
  "recoveries-open": { body: evidence, answers: { 200: released } },
  "challenges-begin": { body: { ref, recoveryId }, answers: { 201: challenge } },
  "challenges-read": {
    answers: { 200: { ...signedIn, contacts: [{ contactId, kind: "email", hint: contact.hint }] } },
  },
  "challenges-sign-in": {
    body: { token: "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl" },
    answers: { 200: signedIn },
  },
  "challenges-code-send": { body: { contactId }, answers: { 200: codeIsSent } },
  "challenges-code": { body: { code: "042117" }, answers: { 200: proven } },
  "challenges-activation": { body: { code: "123 456 789 012" }, answers: { 200: ofWork } },
  "challenges-credential": {
    body: { publicKey: { kty: sealingKey.kty, crv: sealingKey.crv, x: sealingKey.x, y: sealingKey.y } },
    answers: { 200: pushed },
  },
  "challenges-push-send": { answers: { 200: pushed } },
  "challenges-push": {
    body: { answer: `eyJhbGciOiJFUzI1NiJ9.e30.${"A".repeat(86)}` },
    answers: { 200: { ...pushed, state: "verified", oneTimeCode: { sealed: key.sealed } } },
  },
  "contacts-add": { body: { kind: "email", address: "alice@example.com" }, answers: { 201: codeSent } },
  "contacts-send": { answers: { 200: codeSent } },
  "contacts-confirm": {
    body: { code: "042117" },
    answers: { 200: { ...contact, state: "confirmed", confirmedAt: AT, countsFrom: IN_A_WEEK } },
  },
  "contacts-list": { answers: { 200: { contacts: [contact] } } },
  "activity-read": {
    answers: {
      200: {
        head: { number: 1, hash },
        events: [
          { number: 1, at: AT, type: "device-registered", device: named, details: {}, previous: "", hash },
        ],
      },
    },
  },
  "me-export": { answers: { 200: { schema: 1, exportedAt: AT, userId, keys: [key], items: [item], next } } },
  "me-export-next": { body: { next }, answers: { 200: { schema: 1, items: [item] } } },
  "provider-activations-issue": {
    body: {
      subject: "5b2f7d1c-9a3e-4f60-8d15-c7e2a4b6f801",
      route: "self-service",
      account: { organization: "Contoso", userName: "alice@contoso.example" },
    },
    answers: {
      201: {
        activationId,
        code: "123456789012",
        qr: "https://backup.example/activate#1.123456789012",
        expiresAt: "2026-11-22T07:10:00.000Z",
      },
    },
  },
  "provider-activations-read": {
    answers: {
      200: { activationId, state: "confirming", number: 47, expiresAt: "2026-11-22T07:10:00.000Z" },
    },
  },
  "provider-credentials-read": { answers: { 200: { credentialId, state: "live" } } },
  "provider-codes-verify": {
    body: { issuer: "https://issuer.example", subject: "alice", code: "12345678" },
    answers: { 200: { valid: true } },
  },
  "operations-status": {
    answers: {
      200: {
        time: AT,
        keys: { current: [KEK], older: { [OLDER_KEK]: 21 }, serviceKey: [OLDER_KEK] },
        rewrap: { state: "running", moved: 480, left: 21, failed: 0, at: AT, settled: false },
        sweep: { at: AT, age: 20, due: 0, dead: 0 },
        texts: { closed: ["+44"], codesThisHour: 12, noticesThisHour: 3, caps: { codes: 500, notices: 500 } },
      },
    },
  },
  "operations-sweep": { answers: { 200: { taken: 3, more: false } } },
  "operations-notices-requeue": { answers: { 200: { requeued: 2, more: false } } },
  "operations-texts": { body: { closed: true } },
  "operations-rewrap": { answers: { 200: { moved: 400, left: 21, failed: 0, stopped: false } } },
  "service-health": { answers: { 200: { status: "ok" } } },
  "service-ready": { answers: { 200: { status: "ready" } } },
  "service-openapi": { answers: { 200: { openapi: "3.1.1" } } },
};

/** Of parameters in paths and queries, by their names. */
export const parameters: Readonly<Record<string, string>> = {
  deviceId,
  prefix: "+44",
  recoveryId,
  challengeId,
  contactId,
  activationId,
  credentialId,
  version: String(binding.ver),
  page: "0",
  code: "backup-frozen",
  "If-Match": `"${key.id}-${binding.ver}.${recoveryId}"`,
  "If-None-Match": `"${key.id}-${binding.ver}.${recoveryId}"`,
  "X-Storage-Check": storageCheck,
};

const present = { version: 1, accounts: 12, uploadedAt: AT, device: { name: named.name, platform: "ios" } };
const errors = [{ pointer: "/name", rule: "must be: string" }];
const from = { name: named.name, platform: "ios" };

/** What problems carry besides the members that all have; a code that is not here carries nothing more. */
export const members: Readonly<Partial<Record<ProblemCode, Readonly<Record<string, unknown>>>>> = {
  "role-required": { role: "Activations.Issue" },
  "proof-missing": { triesLeft: 9 },
  "proof-invalid": { triesLeft: 9 },
  "proof-expired": { time: AT },
  "step-up-required": { missing: ["recent-sign-in"], maxAge: 600, triesLeft: 9 },
  "too-many-refusals": { of: "proofs", retryAt: AT },
  "too-many-tries": { of: "recoveries", retryAt: AT },
  "app-version-unsupported": { minimumVersion: "6.8.0" },
  "body-too-large": { limit: 1_048_576 },
  "body-invalid": { errors },
  "parameter-invalid": { errors: [{ pointer: "page", rule: "must be there once" }] },
  "header-invalid": { errors: [{ pointer: "X-Storage-Check", rule: "has the wrong form" }] },
  "too-many-devices": { limit: 20, freesAt: IN_A_MONTH },
  "backup-deleted": { deletedAt: AT, device: from },
  "confirmation-required": { confirm: "delete" },
  "platform-changed": { backupPlatform: "android" },
  "envelope-mismatch": { header: "ver" },
  "overwrite-refused": { present },
  "sharp-drop": { present, offered: 1 },
  "backup-frozen": { frozenAt: AT, frozenUntil: IN_A_MONTH, device: from },
  "recovery-key-wrong": { triesLeft: 4 },
  "accounts-present": { policy: "same-account", conflicts: [ref], triesLeft: 9 },
  "recovery-waiting": { releaseAt: IN_A_WEEK, approvers: 1 },
  "recovery-over": { state: "denied" },
  "too-many-contacts": { limit: 5 },
  "contact-code-wrong": { triesLeft: 4 },
  "code-sent-recently": { retryAt: "2026-11-22T07:01:00.000Z" },
  "activation-not-open": { state: "claimed" },
  "too-many-activations": { limit: 5, freesAt: "2026-11-22T07:10:00.000Z" },
  "codes-locked": { retryAt: "2026-11-22T07:15:00.000Z" },
  "contact-not-counted": { countsFrom: IN_A_WEEK },
  "challenge-over": { state: "expired" },
  "challenge-proof-missing": { proofs: challenge.proofs },
  "proof-not-accepted": { proofs: challenge.proofs },
  "activation-code-wrong": { triesLeft: 9 },
  "push-sent-recently": { retryAt: "2026-11-22T07:03:30.000Z" },
  "not-ready": { parts: ["store"] },
};
