import { actorOf, chained, EVENT_TTL } from "../activity/events.ts";
import { type Problem, problem, withHeaders, withTriesLeft } from "../errors/problem.ts";
import { timestampOf } from "../formats.ts";
import type { BaseCall } from "../http/endpoint.ts";
import { ids, type Owner } from "../store/items.ts";
import { readOwner } from "../store/owner.ts";
import type { Operation } from "../store/port.ts";
import { exhausted, type TryKind, tooManyTries, triesLeft, withTry } from "./tries.ts";

/** How often a try is counted on a fresh read of the owner before the phone is asked to come back. */
const COUNTS = 4;

/**
 * Counts a refused try in the owner's item, then refuses; the record is told of the last one. Where it can't be
 * counted the call fails all the same: guesses that nobody counts would be free.
 * @param phone the `deviceId` that a proof was verified for; undefined where none was
 * @throws {Problem} the refusal with the tries that are left, or too-many-tries
 */
export async function refuseTry(
  { services, now }: Pick<BaseCall, "services" | "now">,
  {
    userId,
    phone,
    of,
    refusal,
  }: { userId: string; phone: string | undefined; of: TryKind; refusal: Problem },
): Promise<never> {
  for (let count = 0; count < COUNTS; count++) {
    const owner = await readOwner(services.store, userId);
    // Whoever has no phone here has nothing to guess at either.
    if (!owner) throw refusal;
    const { item, etag } = owner;
    const device = item.devices.find(({ deviceId }) => deviceId === phone);
    const before = exhausted(item.tries, [of], device, now);
    if (before) throw tooManyTries(before, now);

    const tries = withTry(item.tries, of, device, now);
    const last = exhausted(tries, [of], device, now);
    const happened = chained(item.activity, {
      at: timestampOf(now),
      type: "tries-exhausted",
      ...(device && { device: actorOf(device) }),
      details: { code: of },
    });
    const counted: Owner = { ...item, tries };
    const told: Owner = { ...counted, activity: { number: happened.number, hash: happened.hash } };
    const operations: Operation[] = [
      { kind: "replace", id: ids.owner, body: last ? told : counted, etag },
      ...(last
        ? [{ kind: "create" as const, id: ids.event(happened.number), body: happened, ttl: EVENT_TTL }]
        : []),
    ];
    const { committed } = await services.store.commit(userId, operations);
    if (committed) throw withTriesLeft(refusal, triesLeft(tries, of, device, now));
  }
  throw withHeaders(problem("busy"), { "Retry-After": "1" });
}
