import * as z from "zod";
import { sealedKeySchema } from "../protocol/sealedKey.ts";
import { readActivity } from "./activity.ts";
import { type Result, readAnswer } from "./problem.ts";
import type { Overrides, Session } from "./session.ts";
import { forgetCredentials } from "./state.ts";

const items = z.array(z.looseObject({ id: z.string(), body: z.looseObject({}) }));

const exportSchema = z.looseObject({
  schema: z.literal(1),
  exportedAt: z.iso.datetime(),
  userId: z.string(),
  /** The user keys that this phone may have, readable by it. */
  keys: z.array(sealedKeySchema),
  /** As they are stored. */
  items,
});
type Export = z.infer<typeof exportSchema>;

/** What the next page is asked for with; absent on the last. */
const next = z.string().optional();

const firstPage = exportSchema.extend({ next });
const nextPage = z.looseObject({ items, next });

/** What the service holds about the owner. */
export function ownerActs(session: Session) {
  const { state, act } = session;
  return {
    /** What happened to the backup, newest first; `verifyActivity` tells whether it is whole. */
    activity: (overrides?: Overrides) => readActivity(session, overrides),

    /** Everything that is held about the owner. */
    async exportAll(overrides?: Overrides): Promise<Result<Export>> {
      const first = readAnswer(await act({ method: "POST", path: "/v1/me/export" }, overrides), firstPage);
      if (!first.ok) return first;
      const { body } = first;
      while (body.next !== undefined) {
        const request = { method: "POST", path: "/v1/me/export/next", body: { next: body.next } };
        const page = readAnswer(await act(request, overrides), nextPage);
        if (!page.ok) return page;
        body.items.push(...page.body.items);
        body.next = page.body.next;
      }
      delete body.next;
      return first;
    },

    /**
     * Erases everything that is held about the owner. Where the answer to a try got lost, the next one is refused with
     * `device-not-registered`: nothing is left that knows this phone.
     */
    async erase(overrides?: Overrides): Promise<Result<undefined>> {
      const request = { method: "DELETE", path: "/v1/me?confirm=erase" };
      const result = readAnswer(await act(request, overrides), z.undefined());
      if (result.ok || result.problem.code === "device-not-registered") {
        session.forgetBackup();
        delete state.owner;
        delete state.challenge;
        forgetCredentials(state);
      }
      return result;
    },
  };
}
