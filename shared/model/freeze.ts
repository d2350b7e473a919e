import * as z from "zod";
import { timestamp } from "../words.ts";
import { actor } from "./event.ts";

/** That a recovery was denied, and nothing leaves the backup or destroys it until an old phone lifts this [H5]. */
export const freeze = z.strictObject({
  at: timestamp,
  /** The phone that denied. */
  device: actor,
  /** Who may lift it was registered no later: the phone that denied, or one that is older. */
  registeredBy: timestamp,
});

export type Freeze = z.infer<typeof freeze>;
