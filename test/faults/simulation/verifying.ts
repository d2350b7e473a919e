import assert from "node:assert/strict";
import { hash } from "node:crypto";
import type { Result } from "../../../local/phone/acts/problem.ts";
import { missingProofs } from "../../../shared/challenge/proofs.ts";
import { type Known, OVER, stateOf } from "../../../shared/challenge/states.ts";
import type { ListedContact } from "../../../shared/model/contact.ts";
import { issueActivation } from "../../support/activation.ts";
import { perform } from "./acts.ts";
import { type Member, workAccountOf } from "./family.ts";

/** Requests at most that a phone makes about accounts in one go. */
const MOST_STEPS = 14;

/** Codes that nobody was sent. */
const MADE_UP = { code: "000000", activation: "000000000000" };

/** What time alone helps against. */
const WAITS = /-recently$|^too-many-tries$/;

/** Goes on with the account that is being verified on the phone, or begins with one, as far as it comes. */
export async function verify(member: Member): Promise<void> {
  for (let step = 0; step < MOST_STEPS; step++) {
    if (step > 0 && member.unfinished) {
      await member.unfinished.again();
      continue;
    }
    const code = await next(member);
    const { unfinished } = member;
    // As its app does when it starts.
    if (code === "push-token-missing") await member.family.world.post.reach(member);
    if (code !== undefined && (!unfinished || WAITS.test(code))) return;
    if (!unfinished && !openOn(member)) return;
  }
}

async function next(member: Member): Promise<string | undefined> {
  const { world } = member.family;
  const open = openOn(member);
  if (!open || world.random.chance(0.03)) return await begin(member);
  if (world.random.chance(0.03)) return await cancel(member, open.challengeId);
  const { challengeId, challenge } = open;
  if (missingProofs(challenge).length > 0) return await prove(member, open);
  if (!challenge.credential || !member.phone.state().challenge?.key) {
    return await registerKey(member, challengeId);
  }
  const nonce = world.witness.noncesFor(challengeId).at(-1);
  const { nonces = [] } = challenge.push ?? {};
  const isNewest = nonce !== undefined && nonces.at(-1)?.nonce === hash("sha256", nonce, "base64url");
  return isNewest && world.random.chance(0.9)
    ? await answer(member, open, nonce)
    : await sendPush(member, challengeId);
}

/** The challenge that goes on on a phone, if it knows that. */
function openOn({ family, phone }: Member): Known | undefined {
  const { owner, challenges } = family.journal.latest();
  const { challengeId = "" } = phone.state().challenge ?? {};
  const challenge = challenges.get(challengeId)?.item;
  if (!challenge) return undefined;
  const known = { challengeId, challenge };
  return OVER.has(stateOf(known, owner, family.world.clock.time)) ? undefined : known;
}

/** Mostly an account that waits for it; sometimes one that works, or whichever a code names. */
async function begin(member: Member): Promise<string | undefined> {
  const { random } = member.family.world;
  const accounts = member.phone.state().accounts.filter(({ push }) => push);
  const pending = accounts.filter(({ actionRequired }) => actionRequired);
  const waiting = pending.length > 0 && random.chance(0.8) ? pending : accounts;
  const personal = waiting.filter(({ push }) => push?.kind === "personal");
  const isReached = personal.length > 0 && countingOf(member).length > 0;
  const offered = isReached && random.chance(0.7) ? personal : waiting;
  if (offered.length > 0 && random.chance(0.8)) {
    const account = offered[random.below(offered.length)] ?? assert.fail();
    return await doing(member, "begins with an account", () => member.phone.beginChallenge(account));
  }
  const code = await activationCode(member);
  return await doing(member, "begins with a code", () => member.phone.addByCode(code));
}

async function prove(member: Member, { challengeId, challenge }: Known): Promise<string | undefined> {
  const { phone, family } = member;
  const { world, userId, name, journal } = family;
  const { random, witness, service, clock } = world;
  const { account, given, signIn } = challenge;
  if (account.kind === "work-or-school") {
    const code = await activationCode(member);
    return await doing(member, "gives an activation code", () => phone.giveActivation(challengeId, code));
  }
  if (!signIn || !given.includes("fresh-sign-in")) {
    const token = await service.issuer.sign({ owner: name });
    witness.signedIn(token, userId, Math.floor(clock.time / 1000));
    return await doing(member, "signs in to the account", () => phone.signInToAccount(challengeId, token));
  }
  const right = witness.codesFor(challengeId).at(-1);
  if (right !== undefined && random.chance(0.9)) {
    const code = random.chance(0.75) ? right : wrongFor(right);
    const title = `gives the ${code === right ? "right" : "wrong"} code`;
    return await doing(member, title, () => phone.giveChallengeCode(challengeId, code));
  }
  const { contacts = [] } = journal.latest().owner ?? {};
  const counting = countingOf(member);
  const chosen = counting.length > 0 ? counting : contacts;
  const contact = chosen[random.below(Math.max(1, chosen.length))];
  if (!contact) return "no contact";
  return await doing(member, "has a code sent", () => phone.sendChallengeCode(challengeId, contact.id));
}

function wrongFor(right: string): string {
  return right === MADE_UP.code ? "000001" : MADE_UP.code;
}

/** Mostly one that was just issued for the owner; sometimes one of somebody else's, or made up. */
async function activationCode({ family }: Member): Promise<string> {
  const { random, witness, service, clock } = family.world;
  if (random.chance(0.1)) return MADE_UP.activation;
  const others = witness.codesOfOthers(family.userId);
  if (random.chance(0.25)) return others[random.below(others.length + 1)] ?? MADE_UP.activation;
  const where = {
    adapters: await service.adapters(),
    serviceKeys: service.serviceKeys() ?? [],
    now: clock.time,
  };
  const account = workAccountOf(family);
  const { code, activationId } = await issueActivation(where, { account, showNumber: random.chance(0.5) });
  witness.issued(code, activationId, family.userId);
  return code;
}

function countingOf({ family: { journal, world } }: Member): readonly ListedContact[] {
  const { contacts = [] } = journal.latest().owner ?? {};
  return contacts.filter(({ countsFrom }) => Date.parse(countsFrom ?? "") <= world.clock.time);
}

const registerKey = (member: Member, challengeId: string) =>
  doing(member, "registers a key", () =>
    isKnown(member, challengeId)
      ? member.phone.registerAccountKey(challengeId)
      : member.phone.readChallenge(challengeId),
  );

/** Whether the phone was not told yet that the challenge is over: then it has forgotten it, and its key. */
function isKnown({ phone }: Member, challengeId: string): boolean {
  return phone.state().challenge?.challengeId === challengeId;
}

const sendPush = (member: Member, challengeId: string) =>
  doing(member, "has the push sent again", () => member.phone.sendPushAgain(challengeId));

async function answer(
  member: Member,
  { challengeId, challenge: { number: shown } }: Known,
  nonce: string,
): Promise<string | undefined> {
  const { random } = member.family.world;
  const decision = random.chance(0.1) ? "deny" : "approve";
  const isWrong = shown !== undefined && random.chance(0.2);
  const number = isWrong ? (shown === 99 ? 10 : shown + 1) : shown;
  const title = decision === "deny" ? "denies" : isWrong ? "gives another number for" : "approves";
  const said = { nonce, decision, ...(decision === "approve" && { number }) } as const;
  return await doing(member, `${title} a push`, () =>
    isKnown(member, challengeId)
      ? member.phone.answerPush(challengeId, said)
      : member.phone.readChallenge(challengeId),
  );
}

const cancel = (member: Member, challengeId: string) =>
  doing(member, "cancels a challenge", () => member.phone.cancelChallenge(challengeId));

async function doing(
  member: Member,
  title: string,
  call: () => Promise<Result<unknown>>,
): Promise<string | undefined> {
  return await perform(member, title, call, { again: () => doing(member, title, call) });
}
