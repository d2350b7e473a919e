import { actorOf } from "../activity/events.ts";
import { type Problem, withTriesLeft } from "../errors/problem.ts";
import type { PhoneCall } from "../http/endpoint.ts";
import { exhausted, type TryKind, triesLeft, withTry } from "../limits/tries.ts";
import { ids } from "../store/items.ts";
import { Contention, recorded } from "./commit.ts";

/**
 * Counts a refused try in the owner's item as it was read, then refuses; the record is told of the last one. Where it
 * can't be counted the call fails all the same: guesses that nobody counts would be free.
 * @param device undefined where no proof was verified, or its phone is not registered
 * @throws {Problem} the refusal with the tries that are left
 * @throws {Contention}
 */
export async function refuseTry(
  { services, identity: { userId }, owner, now }: Pick<PhoneCall, "services" | "identity" | "owner" | "now">,
  device: PhoneCall["device"],
  of: TryKind,
  refusal: Problem,
): Promise<never> {
  // Whoever has no phone here has nothing to guess at either.
  if (!owner) throw refusal;
  const { item, etag } = owner;
  const tries = withTry(item.tries, of, device, now);
  const told = exhausted(tries, [of], device, now)
    ? recorded(item.activity, now, {
        type: "tries-exhausted",
        ...(device && { device: actorOf(device) }),
        details: { code: of },
      })
    : undefined;
  const { committed } = await services.store.commit(userId, [
    {
      kind: "replace",
      id: ids.owner,
      body: { ...item, tries, ...(told && { activity: told.activity }) },
      etag,
    },
    ...(told ? [told.operation] : []),
  ]);
  if (!committed) throw new Contention();
  throw withTriesLeft(refusal, triesLeft(tries, of, device, now));
}
