import * as z from "zod";

export const eventSchema = z.looseObject({
  number: z.int(),
  at: z.string(),
  type: z.string(),
  /** Absent if the service did not know which phone it was. */
  device: z.looseObject({ deviceId: z.string(), name: z.string(), platform: z.string() }).optional(),
  details: z.looseObject({
    code: z.string().optional(),
    deviceId: z.string().optional(),
    recoveryId: z.string().optional(),
    version: z.int().optional(),
    /** How many uploads there were since the event before that have none of their own. */
    uploads: z.int().optional(),
  }),
  /** The hash of the previous event; empty for the first. */
  previous: z.string(),
  hash: z.string(),
});
export type ActivityEvent = z.infer<typeof eventSchema>;

export const headSchema = z.looseObject({ number: z.int(), hash: z.string() });
/** The number and the hash of the last event; 0 and empty if there is none. */
export type ActivityHead = z.infer<typeof headSchema>;

export interface Activity {
  readonly head: ActivityHead;
  /** Newest first. */
  readonly events: readonly ActivityEvent[];
}
