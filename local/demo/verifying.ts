import type { Challenge } from "../phone/acts/challenges.ts";
import type { HeldAccount } from "../phone/acts/state.ts";
import type { Arrival } from "./outbox.ts";
import type { PhoneOfStory } from "./phone.ts";
import type { Stage } from "./stage.ts";

// What several acts do to verify an account.

/** Her account that is both: what she recovers with, and one with push. */
export const OWN_ACCOUNT = {
  userName: "alice@example.com",
  issuer: "https://issuer.localhost/personal/oidc",
  signIn: { owner: "alice", kind: "personal", profile: "oidc" },
} as const;

/** The account with push of that user name on a phone. */
export function heldAccount(phone: PhoneOfStory, userName: string): HeldAccount {
  const found = phone.state().accounts.find((account) => account.push && account.userName === userName);
  if (!found) throw new Error(`the ${phone.name} has no account ${userName} with push`);
  return found;
}

/** Begins, and tells what is asked for. */
export async function startChallenge(
  { accepted }: Stage,
  phone: PhoneOfStory,
  account: HeldAccount,
): Promise<Challenge> {
  const { body } = await accepted(
    phone.beginChallenge(account),
    ({ body }) => `needed: ${body.proofs.map((list) => list.join(" and ")).join(", or ")}`,
  );
  return body;
}

/** The code in what has arrived there; empty if none has. */
export function codeIn(arrived: readonly Arrival[], to: string): string {
  const [code = ""] = /\d{6}/.exec(arrived.find((arrival) => arrival.to === to)?.text ?? "") ?? [];
  return code;
}

/**
 * The phone makes the account's key and registers it, gets the push, and its owner approves.
 * @param readNumber what the provider's page shows, where the answer says that it shows a number
 */
export async function approve(
  { accepted, outbox }: Stage,
  phone: PhoneOfStory,
  challengeId: string,
  readNumber?: () => Promise<number>,
) {
  const pushing = await outbox.arriving(() =>
    accepted(phone.registerAccountKey(challengeId), () => "the account's key is taken, and a push is sent"),
  );
  const nonce = pushing.arrived.find(({ to }) => to === phone.name)?.challenge?.nonce;
  if (nonce === undefined) throw new Error(`no push has come to the ${phone.name}`);
  const number = pushing.answer.body.push?.number ? await readNumber?.() : undefined;
  return await accepted(
    phone.answerPush(challengeId, { nonce, decision: "approve", number }),
    ({ body }) => `approved${number === undefined ? "" : ` with ${number}`}: ${body.state}`,
  );
}

/** How the recovery that brought an account says that it stands. */
export async function toldAccount({ accepted }: Stage, phone: PhoneOfStory, account: HeldAccount) {
  const { body } = await accepted(
    phone.readRecovery(account.actionRequired?.recoveryId ?? ""),
    ({ body }) => `${body.actionRequired} of its accounts wait`,
  );
  const told = body.accounts?.find(({ ref }) => ref === account.ref);
  return { state: told?.state, means: told?.means };
}
