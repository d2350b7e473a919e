import * as z from "zod";
import { sha256 } from "../formats.ts";
import { timestamp } from "../words.ts";
import { MOST_DEVICES, MOST_REMOVED } from "./device.ts";
import { actor } from "./event.ts";

/** Seconds after which a freeze ends by itself: it must not lock the owner out when the phone that denied is gone. */
export const FREEZE_LIFE = 30 * 24 * 60 * 60;

/** The most phones that are remembered to have denied: all that an owner has, and had. */
export const MOST_DENYING = MOST_DEVICES + MOST_REMOVED;

/** That a recovery was denied, and nothing leaves the backup or destroys it until this ends [H5]. */
export const freeze = z.strictObject({
  at: timestamp,
  /** When it ends by itself. */
  until: timestamp,
  /** The phone that denied first. */
  device: actor,
  /** The lowest order of trust among the phones that denied: one trusted no later may lift it. */
  order: z.int().positive(),
  /** The phones that denied, by their ids. */
  by: z.array(sha256).min(1).max(MOST_DENYING),
});

export type Freeze = z.infer<typeof freeze>;

/** The last denial that froze the backup: without a fresh sign-in there is one in 60 days, of all phones together. */
export const denial = z.strictObject({ at: timestamp });

export type Denial = z.infer<typeof denial>;
