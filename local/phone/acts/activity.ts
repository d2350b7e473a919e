import * as z from "zod";
import { type Result, readAnswer } from "./problem.ts";
import type { Overrides, Session } from "./session.ts";

const eventSchema = z.looseObject({
  number: z.int(),
  at: z.string(),
  type: z.string(),
  /** Absent where the service did not know which phone it was. */
  device: z.looseObject({ deviceId: z.string(), name: z.string(), platform: z.string() }).optional(),
  details: z.looseObject({
    code: z.string().optional(),
    deviceId: z.string().optional(),
    recoveryId: z.string().optional(),
    version: z.int().optional(),
  }),
  /** The hash of the event before; empty of the first. */
  previous: z.string(),
  hash: z.string(),
});
export type ActivityEvent = z.infer<typeof eventSchema>;

const headSchema = z.looseObject({ number: z.int(), hash: z.string() });
/** The number and the hash of the last event; 0 and empty where there is none. */
export type ActivityHead = z.infer<typeof headSchema>;

const pageSchema = z.looseObject({
  head: headSchema,
  events: z.array(eventSchema),
  /** The page to ask for next; absent on the last. */
  next: z.string().optional(),
});

export interface Activity {
  readonly head: ActivityHead;
  /** Newest first. */
  readonly events: readonly ActivityEvent[];
}

/** The whole record of what happened to the backup: all pages, and the head that came with the first. */
export async function readActivity(
  { act }: Pick<Session, "act">,
  overrides?: Overrides,
): Promise<Result<Activity>> {
  const events: ActivityEvent[] = [];
  let head: ActivityHead | undefined;
  let path = "/v1/activity";
  for (;;) {
    const result = readAnswer(await act({ method: "GET", path }, overrides), pageSchema);
    if (!result.ok) return result;
    const { body } = result;
    head ??= body.head;
    events.push(...body.events);
    if (body.next === undefined) {
      const { number } = head;
      // What happened while the pages were read is behind the head, and not covered by it.
      return { ...result, body: { head, events: events.filter((event) => event.number <= number) } };
    }
    path = `/v1/activity?page=${encodeURIComponent(body.next)}`;
  }
}
