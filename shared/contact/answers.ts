import * as z from "zod";
import { randomId, sha256 } from "../formats.ts";
import { type Contact, contactKind, type ListedContact } from "../model/contact.ts";
import type { Owner } from "../model/owner.ts";
import { timestamp, timestampOf } from "../words.ts";
import { countsUntil, doesCount, stateOf } from "./contacts.ts";
import { APART, MOST_SENDS } from "./sends.ts";

export const contactParams = z.object({ contactId: randomId });

/** A contact as its owner sees it: its address never leaves again but in the export. */
export const contactAnswer = z.strictObject({
  contactId: randomId,
  kind: contactKind,
  hint: z.string(),
  state: z.enum(["unconfirmed", "confirmed", "removed"]),
  /** Whether it counts for the verification of an account. */
  counts: z.boolean(),
  addedAt: timestamp,
  /** The phone that added it. */
  addedBy: sha256,
  confirmedAt: timestamp.optional(),
  /** From when it counts; later, if the backup is frozen meanwhile. */
  countsFrom: timestamp.optional(),
  /** `until`: so long it is told of what happens and, if it counted, counts. */
  removed: z.strictObject({ at: timestamp, by: sha256, until: timestamp }).optional(),
});

/** A contact to which a code was sent. */
export const codeSentAnswer = contactAnswer.extend({
  code: z.strictObject({ expiresAt: timestamp, sendAgainAt: timestamp, sendsLeft: z.int() }),
});

export function answerOf(
  listed: ListedContact,
  { hint }: Contact,
  { freeze }: Pick<Owner, "freeze">,
  now: number,
): z.infer<typeof contactAnswer> {
  const { id, kind, addedAt, by, confirmedAt, countsFrom, removed } = listed;
  return {
    contactId: id,
    kind,
    hint,
    state: stateOf(listed),
    counts: doesCount(listed, now, freeze),
    addedAt,
    addedBy: by,
    ...(confirmedAt !== undefined && { confirmedAt }),
    ...(countsFrom !== undefined && { countsFrom }),
    ...(removed && { removed: { ...removed, until: timestampOf(countsUntil(removed)) } }),
  };
}

/** @param contact as it is once the code was sent */
export function codeAnswerOf(
  listed: ListedContact,
  contact: Contact,
  owner: Pick<Owner, "freeze">,
  now: number,
): z.infer<typeof codeSentAnswer> {
  const { codes = [], sends } = contact;
  const [last] = codes.slice(-1);
  const at = timestampOf(now);
  return {
    ...answerOf(listed, contact, owner, now),
    code: {
      expiresAt: last?.expiresAt ?? at,
      sendAgainAt: timestampOf(Date.parse(sends?.last ?? at) + APART),
      sendsLeft: Math.max(0, MOST_SENDS - (sends?.count ?? 0)),
    },
  };
}
