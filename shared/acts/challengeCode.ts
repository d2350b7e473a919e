import { explain, explainSend } from "../challenge/explain.ts";
import { refuseSend, withCodeSent } from "../challenge/sends.ts";
import { newCode } from "../contact/code.ts";
import { explain as explainContact } from "../contact/explain.ts";
import { APART } from "../contact/sends.ts";
import { Problem } from "../errors/problem.ts";
import { placeOfAddress, placeOfChallengeCode } from "../keys/places.ts";
import { withoutTry, withTry } from "../limits/tries.ts";
import type { Challenge } from "../model/challenge.ts";
import type { Contact } from "../model/contact.ts";
import type { Owner } from "../model/owner.ts";
import { readChallenge, readContact, readOwner } from "../store/read.ts";
import type { OwnerAct } from "./act.ts";
import { accountOwner, countsNow, type LoadedChallenge, replaceChallenge } from "./challenge.ts";
import { commit, forget } from "./commit.ts";
import { costOfCode } from "./counts.ts";
import { NotSent } from "./notSent.ts";
import { uncontended } from "./retry.ts";
import { countedAll, deliver, requireTextable } from "./sendCode.ts";
import { requireTriesLeft } from "./standing.ts";

/** What is left once a code was sent. */
interface CodeSent {
  readonly challenge: Challenge;
  readonly owner: Owner;
}

/**
 * Sends a code to a contact of the account that was signed in to. It is bound to this challenge and this contact, and counted
 * before it is sent: a crash counts one too many, never too few. What the platform surely refused is taken back.
 * @throws {Problem} contact-not-found, contact-not-counted, sends-spent, code-sent-recently, too-many-tries,
 *   contact-region-refused @throws {NotSent}
 */
export async function sendChallengeCode(
  act: OwnerAct,
  known: LoadedChallenge,
  contactId: string,
): Promise<CodeSent> {
  const { services, owner, device, identity, now } = act;
  const { challengeId, challenge } = known;
  requireTriesLeft(act, ["challenge-codes", "contact-sends"]);
  const refusal = refuseSend("code", challenge.code?.sends, now);
  if (refusal) throw explainSend(refusal, now);
  const { contact, address } = await contactOf(act, challenge, contactId);
  requireTextable(act, contact.kind, address);
  const cost = await costOfCode(act, contact.kind, undefined);

  const code = newCode(services.system);
  const place = placeOfChallengeCode(identity.userId, challengeId, contactId);
  const [hmac = ""] = await services.serviceKey.codes(place, code);
  const sent = withCodeSent(challenge, contactId, hmac, now);
  const next = { ...owner.item, tries: withTry(owner.item.tries, "contact-sends", device, now) };
  await commit(act, next, {
    event: { type: "challenge-code-sent", device, details: { code: contact.kind } },
    operations: [replaceChallenge(known, sent)],
  });

  const back = (sends: NonNullable<Challenge["code"]>["sends"] | undefined) =>
    takeBack(act, challengeId, sent, { before: challenge, sends });
  await cost.commit().catch(async (error: unknown) => {
    await Promise.all([cost.takeBack().catch(countedAll), back(challenge.code?.sends)]);
    throw error instanceof Problem ? new NotSent(1, { cause: error }) : error;
  });
  const result = await deliver(act, contact, address, code);
  switch (result.outcome) {
    case "sent":
      return { challenge: sent, owner: next };
    case "unknown":
      throw new NotSent(APART / 1000);
    case "busy":
      await Promise.all([cost.takeBack().catch(countedAll), back(challenge.code?.sends)]);
      throw new NotSent(result.retryAfter);
    case "refused": {
      // Not counted, but not tried again at once either: the next try would be refused as well.
      const { count = 0, since = sent.code?.sends.since ?? "" } = challenge.code?.sends ?? {};
      const last = sent.code?.sends.last ?? since;
      await Promise.all([cost.takeBack().catch(countedAll), back({ count, since, last })]);
      throw new NotSent(APART / 1000);
    }
  }
}

/** A contact of the account, which counts now. @throws {Problem} contact-not-found, contact-not-counted, challenge-proof-missing */
async function contactOf(
  act: OwnerAct,
  { signIn }: Challenge,
  contactId: string,
): Promise<{ readonly contact: Contact; readonly address: string }> {
  // Before the sign-in, nothing is told of anybody's contacts.
  if (!signIn) {
    throw explain({ reason: "challenge-proof-missing", proofs: [["fresh-sign-in", "contact-code"]] });
  }
  const holder = await accountOwner(act, signIn.userId);
  const listed = holder?.contacts?.find(({ id }) => id === contactId);
  if (!holder || !listed) throw explainContact({ reason: "contact-not-found" });
  if (!countsNow(holder, listed, act.now)) {
    const { removed, countsFrom } = listed;
    throw explain({ reason: "contact-not-counted", countsFrom: removed ? undefined : countsFrom });
  }
  const { store, serviceKey } = act.services;
  const stored = await readContact(store, signIn.userId, contactId);
  if (!stored) throw explainContact({ reason: "contact-not-found" });
  const bytes = await serviceKey.unseal(placeOfAddress(signIn.userId, contactId), stored.item.address);
  return { contact: stored.item, address: Buffer.from(bytes).toString() };
}

/** Makes the challenge what it was, and the try undone, unless something else has happened to it since. */
async function takeBack(
  act: OwnerAct,
  challengeId: string,
  sent: Challenge,
  {
    before,
    sends,
  }: {
    readonly before: Challenge;
    readonly sends: NonNullable<Challenge["code"]>["sends"] | undefined;
  },
): Promise<void> {
  const { services, identity, device } = act;
  const { store, system } = services;
  await uncontended(system, async () => {
    const owner = await readOwner(store, identity.userId);
    const stored = await readChallenge(store, identity.userId, challengeId);
    const isSame = stored?.item.code?.codes.at(-1)?.code === sent.code?.codes.at(-1)?.code;
    if (!owner || !stored || !isSame) return;
    const tries = withoutTry(owner.item.tries, "contact-sends", device);
    const { code: _, ...rest } = stored.item;
    const body: Challenge = sends ? { ...rest, code: { codes: before.code?.codes ?? [], sends } } : rest;
    const loaded = { challengeId, challenge: stored.item, etag: stored.etag };
    await forget({ ...act, owner }, { ...owner.item, tries }, [replaceChallenge(loaded, body)]);
  }).catch(countedAll);
}
