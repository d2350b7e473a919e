import * as z from "zod";
import {
  type Activity,
  type ActivityEvent,
  type ActivityHead,
  eventSchema,
  headSchema,
} from "../protocol/event.ts";
import { type Result, readAnswer } from "./problem.ts";
import type { Overrides, Session } from "./session.ts";

const pageSchema = z.looseObject({
  head: headSchema,
  events: z.array(eventSchema),
  /** The page to ask for next; absent on the last. */
  next: z.string().optional(),
});

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
      // What happened while the pages were read comes after the head, which does not cover it.
      return { ...result, body: { head, events: events.filter((event) => event.number <= number) } };
    }
    path = `/v1/activity?page=${encodeURIComponent(body.next)}`;
  }
}
