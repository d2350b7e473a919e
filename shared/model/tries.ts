import * as z from "zod";
import { sha256 } from "../formats.ts";
import { timestamp, tryKind } from "../words.ts";
import { MOST_DEVICES } from "./device.ts";

/** Tries of one kind since a time; of one phone, or, without `deviceId`, of all phones of the owner together. */
export const tally = z.strictObject({
  of: tryKind,
  deviceId: sha256.optional(),
  count: z.int().positive(),
  since: timestamp,
});

export type Tally = z.infer<typeof tally>;

/** The most tallies: of each kind one for the owner, and one for each phone that there is room for. */
export const MOST_TALLIES = tryKind.options.length * (1 + MOST_DEVICES);

/** The most refusals of one phone that are recorded within a minute. */
export const MOST_REFUSALS_OF_A_PHONE = 4;

/** That a phone was refused, and the record told of it. */
export const recordedRefusal = z.strictObject({ deviceId: sha256, code: z.string(), at: timestamp });

export type RecordedRefusal = z.infer<typeof recordedRefusal>;

/** The most of them that are remembered. */
export const MOST_REFUSALS = MOST_DEVICES * MOST_REFUSALS_OF_A_PHONE;
