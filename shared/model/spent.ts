import * as z from "zod";
import { sha256 } from "../formats.ts";

/** The most spent proofs that stand in the owner item. */
export const MOST_SPENT = 20;

/** Device proofs that were spent lately, so that no copy of a request is carried out. */
export const spentProofs = z.strictObject({
  /** The id of each, and until when it could be repeated, in seconds since the epoch. */
  listed: z.array(z.tuple([sha256, z.int()])).max(MOST_SPENT),
  /** Until then, in seconds since the epoch, others may stand in items of their own. */
  itemsUntil: z.int(),
});

export type SpentProofs = z.infer<typeof spentProofs>;
