import { hash } from "node:crypto";
import { explain, explainSend } from "../challenge/explain.ts";
import { refuseSend, withPushSent } from "../challenge/sends.ts";
import { isOvertaken } from "../challenge/signIn.ts";
import { problem, withHeaders } from "../errors/problem.ts";
import { uuidOf } from "../formats.ts";
import { placeOfToken } from "../keys/places.ts";
import type { Challenge } from "../model/challenge.ts";
import type { PushToken } from "../model/pushToken.ts";
import type { Sent } from "../notify/port.ts";
import { readChallenge, readOwner, readPushToken } from "../store/read.ts";
import { randomId } from "../system.ts";
import type { OwnerAct } from "./act.ts";
import { type LoadedChallenge, replaceChallenge } from "./challenge.ts";
import { commit, forget, type Once } from "./commit.ts";
import { uncontended } from "./retry.ts";
import { countedAll } from "./sendCode.ts";

/** Milliseconds that the push service may take. */
const PUSH_LIMIT = 8_000;

/**
 * Sends a push with a new nonce, which travels in it and nowhere else [E12]. Counted before it is sent; what the platform surely
 * refused is taken back.
 * @param challenge the next state, to which the push is added @param once what is written with it
 * @returns the challenge as it is then
 * @throws {Problem} sends-spent, push-sent-recently, push-token-missing, account-pending, push-not-sent
 */
export async function sendPush(
  act: OwnerAct,
  known: LoadedChallenge,
  challenge: Challenge,
  once: readonly Once[] = [],
): Promise<Challenge> {
  const { services, owner, device, identity, now } = act;
  requireNotOvertaken(act, challenge);
  const refusal = refuseSend("push", challenge.push?.sends, now);
  if (refusal) throw explainSend(refusal, now);
  const stored = await readPushToken(services.store, identity.userId, device.deviceId);
  if (!stored) throw explain({ reason: "push-token-missing" });

  const nonce = randomId(services.system);
  const sent = withPushSent(challenge, hash("sha256", nonce, "base64url"), now);
  await commit(act, owner.item, { operations: [replaceChallenge(known, sent)], once });
  const result = await deliver(act, stored.item, known.challengeId, nonce);
  if (result.outcome === "sent") return sent;
  if (result.outcome !== "unknown") await takeBack(act, known.challengeId, sent, challenge.push);
  const retryAfter = result.outcome === "busy" ? Math.ceil(result.retryAfter) : 1;
  throw withHeaders(problem("push-not-sent"), { "Retry-After": String(Math.max(1, retryAfter)) });
}

/** @throws {Problem} account-pending: a recovery that was released since has brought the account, and waits for its code */
export function requireNotOvertaken({ owner }: Pick<OwnerAct, "owner">, challenge: Challenge): void {
  if (isOvertaken(challenge, owner.item.recoveries)) throw explain({ reason: "account-pending" });
}

async function deliver(
  { services: { notify, serviceKey, system }, identity, device }: OwnerAct,
  { platform, environment, token }: PushToken,
  challengeId: string,
  nonce: string,
): Promise<Sent> {
  const bytes = await serviceKey.unseal(placeOfToken(identity.userId, device.deviceId), token);
  return await notify.push({
    id: uuidOf(system.random(16), 4),
    timeLimit: PUSH_LIMIT,
    target: { platform, environment, token: Buffer.from(bytes).toString() },
    content: { kind: "challenge", challengeId, nonce },
  });
}

/** Makes it as if this push had not been sent, unless another has been since: the key stays. */
async function takeBack(
  act: OwnerAct,
  challengeId: string,
  sent: Challenge,
  before: Challenge["push"],
): Promise<void> {
  const { services, identity } = act;
  const { store, system } = services;
  await uncontended(system, async () => {
    const owner = await readOwner(store, identity.userId);
    const stored = await readChallenge(store, identity.userId, challengeId);
    const isSame = stored?.item.push?.nonces.at(-1)?.nonce === sent.push?.nonces.at(-1)?.nonce;
    if (!owner || !stored || !isSame || stored.item.ended) return;
    const { push: _, ...rest } = stored.item;
    const loaded = { challengeId, challenge: stored.item, etag: stored.etag };
    await forget({ ...act, owner }, owner.item, [
      replaceChallenge(loaded, before ? { ...rest, push: before } : rest),
    ]);
  }).catch(countedAll);
}
