import type { Challenge } from "../model/challenge.ts";
import type { Means } from "../words.ts";

type Account = Pick<Challenge, "account" | "recoveryId">;

/** Whoever has the password has not got the mailbox; whoever has the mailbox has not got the password [E3]. */
const OF_PERSONAL: readonly Means[] = ["fresh-sign-in", "contact-code"];

/** A password does not verify a work account, and no code of a provider a personal one [E4]. */
const OF_WORK: readonly Means[] = ["activation-code"];

/** What verifies a work account that is added anew, outside a recovery [E10]: a sign-in with a second factor as well. */
const OF_WORK_ADDED: readonly (readonly Means[])[] = [OF_WORK, ["fresh-sign-in"]];

/** The proofs that an account needs: all of one of these lists, and none stands in for another. */
export function alternativesOf({ account, recoveryId }: Account): readonly (readonly Means[])[] {
  if (account.kind === "personal") return [OF_PERSONAL];
  return recoveryId === undefined ? OF_WORK_ADDED : [OF_WORK];
}

/** What is missing of each list; empty once all of one were given. */
export function missingProofs(challenge: Account & Pick<Challenge, "given">): Means[][] {
  const missing = alternativesOf(challenge).map((list) =>
    list.filter((means) => !challenge.given.includes(means)),
  );
  return missing.some((list) => list.length === 0) ? [] : missing;
}

/** Whether a proof is one that could verify the account. */
export function takes(challenge: Account, means: Means): boolean {
  return alternativesOf(challenge).some((list) => list.includes(means));
}

/** A challenge to which a proof was given. */
export function withProof<Of extends Pick<Challenge, "given">>(challenge: Of, means: Means): Of {
  return challenge.given.includes(means) ? challenge : { ...challenge, given: [...challenge.given, means] };
}
