import { timingSafeEqual } from "node:crypto";
import { verified, withReady } from "../challenge/changes.ts";
import { explain } from "../challenge/explain.ts";
import { placeOfOtp } from "../keys/places.ts";
import { sealSecret } from "../keys/seal.ts";
import type { Challenge } from "../model/challenge.ts";
import type { Credential, Holder, Issued } from "../model/credential.ts";
import type { Owner } from "../model/owner.ts";
import { RECOVERY_TTL, type Recovery } from "../model/recovery.ts";
import { holder as holderKind, ids } from "../store/items.ts";
import type { Operation } from "../store/port.ts";
import { type Loaded, readCredential, readRecovery } from "../store/read.ts";
import { parseItem } from "../store/schema.ts";
import { timestampOf } from "../words.ts";
import type { OwnerAct } from "./act.ts";
import { type LoadedChallenge, replaceChallenge } from "./challenge.ts";
import { commit } from "./commit.ts";
import { lookedAtNext } from "./holders.ts";
import { lookAgain } from "./retry.ts";

/** Bytes of a one-time-code secret: as many as HMAC-SHA-256 has (RFC 6238, section 3, R6). */
const SECRET_BYTES = 32;

/** An account that works on a phone from now on. */
interface Verified {
  readonly challenge: Challenge;
  readonly owner: Owner;
  /** The secret of this phone's one-time codes, sealed to it: of a personal account. */
  readonly oneTimeCode: { readonly sealed: string } | undefined;
}

/**
 * Verifies an account: challenge, credential, its state in the recovery and the record in one commit. That the phone holds it
 * is written before, in the second container: a crash in between leaves what points to nothing, and is written again.
 */
export async function verifyAccount(
  act: OwnerAct,
  known: LoadedChallenge,
  answer: string,
): Promise<Verified> {
  const { services, owner, identity, device, now } = act;
  const { challenge } = known;
  const { account, recoveryId, credential: made, holder } = challenge;
  if (!made || holder === undefined) throw new Error("a push was answered for a key that nobody has");
  const recovery =
    recoveryId === undefined ? undefined : await readRecovery(services.store, identity.userId, recoveryId);
  // Its item is kept for longer than a challenge lives.
  if (recoveryId !== undefined && !recovery) throw explain({ reason: "challenge-not-found" });
  const before = await readCredential(services.store, identity.userId, device.deviceId, account.ref);
  await writeHolder(act, { account, partition: holder, credentialId: made.id });

  const secret = account.kind === "personal" ? services.system.random(SECRET_BYTES) : undefined;
  const place = placeOfOtp(identity.userId, device.deviceId, account.ref);
  const credential: Credential = {
    schema: 1,
    credentialId: made.id,
    publicKey: made.publicKey,
    registered: device.registered,
    verifiedAt: timestampOf(now),
    holder,
    ...(secret && { otp: { secret: await services.serviceKey.seal(place, secret) } }),
  };
  const done: Challenge = { ...challenge, ended: "verified", answer };
  const ready = recovery && withReady(recovery.item, account.ref);
  const next = verified(owner.item, challenge, ready);
  await commit(act, next, {
    event: {
      type: "account-verified",
      device,
      details: { code: account.kind, ...(recoveryId !== undefined && { recoveryId }) },
    },
    operations: [
      replaceChallenge(known, done),
      written(ids.credential(device.deviceId, account.ref), credential, before),
      ...(recovery && ready ? [replacedRecovery(recoveryId ?? "", recovery, ready)] : []),
    ],
  });
  return {
    challenge: done,
    owner: next,
    oneTimeCode: secret && { sealed: sealedFor(act, account.ref, secret) },
  };
}

/** What the answer's first try gave, for a retry of the same answer alone. */
export async function verifiedBefore(
  act: OwnerAct,
  { challenge }: LoadedChallenge,
): Promise<Verified["oneTimeCode"]> {
  const { services, identity, device } = act;
  const { account } = challenge;
  const stored = await readCredential(services.store, identity.userId, device.deviceId, account.ref);
  const otp = stored?.item.credentialId === challenge.credential?.id ? stored?.item.otp : undefined;
  if (!otp) return undefined;
  const place = placeOfOtp(identity.userId, device.deviceId, account.ref);
  return { sealed: sealedFor(act, account.ref, await services.serviceKey.unseal(place, otp.secret)) };
}

function sealedFor({ identity, device }: OwnerAct, ref: string, secret: Uint8Array): string {
  try {
    return sealSecret(secret, { keyId: ref, userId: identity.userId, sealingKey: device.sealingKey });
  } finally {
    secret.fill(0);
  }
}

function written(id: string, body: Credential, before: Loaded<Credential> | undefined): Operation {
  return before ? { kind: "replace", id, body, etag: before.etag } : { kind: "create", id, body };
}

function replacedRecovery(recoveryId: string, { etag }: Loaded<Recovery>, body: Recovery): Operation {
  return { kind: "replace", id: ids.recovery(recoveryId), body, etag, ttl: RECOVERY_TTL };
}

/** Says in the second container that this phone holds the account, and what its provider knows it by: one commit. */
async function writeHolder(
  { services: { activations }, identity: { userId }, device: { deviceId }, now }: OwnerAct,
  {
    account,
    partition,
    credentialId,
  }: {
    readonly account: Challenge["account"];
    readonly partition: string;
    readonly credentialId: string;
  },
): Promise<void> {
  const { ref } = account;
  const holds = { userId, deviceId, ref };
  const dueAt = lookedAtNext(now);
  const body: Holder = { schema: 1, ...holds, at: timestampOf(now), dueAt };
  const issued: Issued = { schema: 1, holds, dueAt, ...("tenant" in account && { tenant: account.tenant }) };
  const id = ids.holder(userId, deviceId);
  const issues: Operation = { kind: "create", id: ids.issued(credentialId), body: issued };
  const first = await activations.commit(partition, [{ kind: "create", id, body }, issues]);
  if (first.committed) return;
  // The phone held it before, or a first try got so far.
  const stored = await activations.read(partition, id);
  if (!stored) return lookAgain();
  parseItem(holderKind, stored);
  const replaces: Operation = { kind: "replace", id, body, etag: stored.etag };
  const isIssued = first.id === issues.id || (await activations.read(partition, issues.id)) !== undefined;
  const again = await activations.commit(partition, isIssued ? [replaces] : [replaces, issues]);
  if (!again.committed) lookAgain();
}

/** Whether two hashes are the same. */
export function isSameAnswer(a: string | undefined, b: string): boolean {
  return a !== undefined && a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
