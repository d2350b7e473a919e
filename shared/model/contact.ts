import * as z from "zod";
import { languages } from "../errors/language.ts";
import { randomId, sha256 } from "../formats.ts";
import { timestamp } from "../words.ts";
import { sealed } from "./sealed.ts";

export const contactKind = z.enum(["email", "phone"]);
export type ContactKind = z.infer<typeof contactKind>;

/** The most contacts of an account that are not removed. */
export const MOST_CONTACTS = 5;

/** The most that are listed: removed ones are kept for 14 days. */
export const MOST_LISTED_CONTACTS = 20;

/** How often a code was sent, since when, and when last. */
export const sendCount = z.strictObject({ count: z.int().nonnegative(), since: timestamp, last: timestamp });

export type SendCount = z.infer<typeof sendCount>;

/** `contact:{id}`, in the partition of the account that it belongs to; it counts only while the owner's item lists it. */
export const contactShape = z.strictObject({
  schema: z.literal(1),
  /** The name of the service key that the address is under, as the commit writes it (acts/under.ts). */
  kek: z.string().optional(),
  kind: contactKind,
  /** An e-mail address, or a number in E.164. */
  address: sealed,
  /** What its owner recognizes it by: `a•••@e•••.com`, `•••• 67`. */
  hint: z.string(),
  /** In which it was added, and is written to. */
  language: z.enum(languages),
  /** HMACs of the last codes that were sent to it, the newest last, and until when each is good. */
  codes: z
    .array(z.strictObject({ code: sha256, expiresAt: timestamp }))
    .max(3)
    .optional(),
  sends: sendCount.optional(),
});

export type Contact = z.infer<typeof contactShape>;

/** What the owner's item knows of a contact. */
export const listedContact = z.strictObject({
  id: randomId,
  kind: contactKind,
  addedAt: timestamp,
  /** The phone that added it: denied, it takes the contact with it. */
  by: sha256,
  /** Left out until its code was given. */
  confirmedAt: timestamp.optional(),
  /** From when it counts: 7 days after it was confirmed, frozen time left out. */
  countsFrom: timestamp.optional(),
  /** Removed, it counts and is told for 7 days more, and is kept for 14. */
  removed: z.strictObject({ at: timestamp, by: sha256 }).optional(),
});

export type ListedContact = z.infer<typeof listedContact>;
