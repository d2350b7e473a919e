import * as z from "zod";
import { eventShape, head } from "../../shared/activity/events.ts";
import { problem } from "../../shared/errors/problem.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { EVENTS_PER_PAGE, event, ids } from "../../shared/store/items.ts";
import { parseItem } from "../../shared/store/schema.ts";

/** A page's number, as it was given in `next`. */
const cursor = z
  .string()
  .regex(/^(0|[1-9]\d{0,7})$/)
  .transform(Number);

/** GET activity: what happened to the backup, newest first, in pages; the chain's head says where it ends [H6]. */
export const readActivity = forOwner(
  { stepUp: "not-needed", oldApps: "allowed" },
  {
    name: "activity-read",
    method: "GET",
    route: "activity",
    summary: "Tells what happened to the backup, newest first; `page` is the `next` of the page before.",
    answers: {
      200: z.strictObject({
        head,
        events: z.array(eventShape.omit({ schema: true })),
        /** The page to ask for next; left out on the last. */
        next: z.string().optional(),
      }),
    },
    problems: ["parameter-invalid"],
  },
  async ({ owner: { item }, identity, services, request }) => {
    const newest = Math.floor(item.activity.number / EVENTS_PER_PAGE);
    const page = readPage(request.query.get("page"), newest);
    const stored = await services.store.list(identity.userId, ids.eventPage(page));
    const events = stored.map((each) => {
      const { schema: _, ...told } = parseItem(event, each);
      return told;
    });
    return {
      status: 200,
      body: {
        head: item.activity,
        events: events.reverse(),
        ...(page > 0 && { next: String(page - 1) }),
      },
    };
  },
);

function readPage(given: string | null, newest: number): number {
  if (given === null) return newest;
  const parsed = cursor.safeParse(given);
  if (!parsed.success || parsed.data > newest) {
    throw problem("parameter-invalid", {
      errors: [{ pointer: "page", rule: "must be a page that was given here" }],
    });
  }
  return parsed.data;
}
