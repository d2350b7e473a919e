import * as z from "zod";
import { randomId, sha256, tenantId } from "../formats.ts";
import { triesLeft } from "../limits/tries.ts";
import { MOST_SENDS_OF_A_CHALLENGE } from "../model/challenge.ts";
import { contactKind } from "../model/contact.ts";
import type { Owner } from "../model/owner.ts";
import { accountKind, means, timestamp, timestampOf } from "../words.ts";
import { missingProofs } from "./proofs.ts";
import { againAt } from "./sends.ts";
import { challengeStates, type Known, lockedUntil, stateOf } from "./states.ts";

export const challengeParams = z.object({ challengeId: randomId });

/** A contact that a code can be sent to. */
const offered = z.strictObject({ contactId: randomId, kind: contactKind, hint: z.string() });

export type Offered = z.infer<typeof offered>;

/** A challenge as its phone sees it. */
export const challengeAnswer = z.strictObject({
  challengeId: randomId,
  state: z.enum(challengeStates),
  account: z.strictObject({
    ref: sha256,
    kind: accountKind.exclude(["third-party"]),
    /** What the phone shows of an account that it adds by a code, and backs up; left out of any other, which it knows. */
    organization: z.string().optional(),
    userName: z.string().optional(),
    tenant: tenantId.optional(),
    subject: z.string().optional(),
  }),
  /** The recovery in which the account is pending. */
  recoveryId: randomId.optional(),
  /** The proofs that are missing: all of one of these lists. Empty once they were given. */
  proofs: z.array(z.array(means)),
  given: z.array(means),
  /** How many wrong codes this phone has left, of the kind that its account takes. */
  triesLeft: z.int(),
  /** Until when no code is taken, if tries are used up. */
  lockedUntil: timestamp.optional(),
  /** The contacts of the account that count, once it was signed in to. */
  contacts: z.array(offered).optional(),
  /** The last code that was sent to a contact. */
  code: z
    .strictObject({ contactId: randomId, expiresAt: timestamp, sendAgainAt: timestamp, sendsLeft: z.int() })
    .optional(),
  /** The last push that was sent. */
  push: z
    .strictObject({
      answerUntil: timestamp,
      sendAgainAt: timestamp,
      sendsLeft: z.int(),
      /** Whether the provider's page shows a number, which the owner types into the phone. */
      number: z.boolean(),
    })
    .optional(),
  /** What the owner had better do: the push was not answered in time, or no contact of the account counts. */
  remedy: z.enum(["allow-notifications", "add-contact"]).optional(),
  startedAt: timestamp,
  expiresAt: timestamp,
});

export type ChallengeAnswer = z.infer<typeof challengeAnswer>;

/** The names of an account that begins with a code, and the contacts of one that was signed in to. */
interface Shown {
  readonly names?: Readonly<Record<"organization" | "userName" | "tenant" | "subject", string>> | undefined;
  readonly contacts?: readonly Offered[] | undefined;
}

/** @param owner as the challenge leaves it @param now milliseconds since the epoch */
export function answerOf(
  known: Known,
  owner: Owner,
  now: number,
  { names, contacts }: Shown = {},
): ChallengeAnswer {
  const { challengeId, challenge } = known;
  const { account, recoveryId, given, startedAt, expiresAt, code, push } = challenge;
  const state = stateOf(known, owner, now);
  const phone = owner.devices.find(({ deviceId }) => deviceId === challenge.deviceId);
  const locked = state === "locked" ? lockedUntil(challenge, owner, now) : undefined;
  const sent = code?.codes.at(-1);
  const pushed = push?.nonces.at(-1);
  const tries = account.kind === "personal" ? "challenge-codes" : "activation-codes";
  const remedy =
    state === "proven" && pushed
      ? "allow-notifications"
      : state === "open" && contacts?.length === 0
        ? "add-contact"
        : undefined;
  return {
    challengeId,
    state,
    account: { ref: account.ref, kind: account.kind as "personal" | "work-or-school", ...names },
    ...(recoveryId !== undefined && { recoveryId }),
    proofs: missingProofs(challenge),
    given,
    triesLeft: triesLeft(owner.tries, tries, phone, now),
    ...(locked !== undefined && { lockedUntil: timestampOf(locked) }),
    ...(contacts && { contacts: [...contacts] }),
    ...(code &&
      sent && {
        code: {
          contactId: sent.contactId,
          expiresAt: sent.expiresAt,
          sendAgainAt: timestampOf(againAt("code", code.sends, now)),
          sendsLeft: MOST_SENDS_OF_A_CHALLENGE - code.sends.count,
        },
      }),
    ...(push &&
      pushed && {
        push: {
          answerUntil: pushed.until,
          sendAgainAt: timestampOf(againAt("push", push.sends, now)),
          sendsLeft: MOST_SENDS_OF_A_CHALLENGE - push.sends.count,
          number: challenge.number !== undefined,
        },
      }),
    ...(remedy && { remedy }),
    startedAt,
    expiresAt,
  };
}
