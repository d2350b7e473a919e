import * as z from "zod";
import { problem } from "../../shared/errors/problem.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { eventShape, head } from "../../shared/model/event.ts";
import { EVENTS_PER_PAGE, event, ids } from "../../shared/store/items.ts";
import { parseItem } from "../../shared/store/schema.ts";

const RULE = "must be a page that was given here";

/** A page's number, as it was given in `next`. */
const page = z
  .string()
  .refine((text) => /^(0|[1-9]\d{0,7})$/.test(text), RULE)
  .transform(Number);

/** GET activity: what happened to the backup, newest first, in pages; the chain's head says where it ends [H6]. */
export const readActivity = forOwner(
  { proof: "read", stepUp: "not-needed", standing: "registered", frozen: "goes-on", oldApps: "allowed" },
  {
    name: "activity-read",
    method: "GET",
    route: "activity",
    summary: "Tells what happened to the backup, newest first; `page` is the `next` of the page before.",
    query: z.object({ page: page.optional() }),
    answers: {
      200: z.strictObject({
        head,
        events: z.array(eventShape.omit({ schema: true })),
        /** The page to ask for next; left out on the last. */
        next: z.string().optional(),
      }),
    },
    problems: [],
  },
  async ({ owner: { item }, identity, services, query }) => {
    const newest = Math.floor(item.activity.number / EVENTS_PER_PAGE);
    const { page = newest } = query;
    if (page > newest) throw problem("parameter-invalid", { errors: [{ pointer: "page", rule: RULE }] });
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
