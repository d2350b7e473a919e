import { countedAs, isTextable } from "../contact/address.ts";
import { explainSend } from "../contact/explain.ts";
import { type NoticeText, type TextTurn, turnOf, withoutText } from "../contact/noticeTexts.ts";
import { refuseSend, WINDOW, withSend } from "../contact/sends.ts";
import type { Counted, CountedText, TextLimits } from "../delivery/textLimits.ts";
import type { ContactKind } from "../model/contact.ts";
import type { NoticeTexts } from "../model/noticeTexts.ts";
import { ids, noticeTexts, sends, texts } from "../store/items.ts";
import type { Store } from "../store/port.ts";
import { type ItemKind, parseItem } from "../store/schema.ts";
import { isClosed } from "./closedTexts.ts";
import { NotSent } from "./notSent.ts";
import { lookAgain, uncontended } from "./retry.ts";
import type { Services } from "./services.ts";

// What is counted over all owners: in the second container, so that no new owner, phone or contact resets it.

type CountServices = Pick<Services, "config" | "system" | "activations" | "serviceKey">;

interface Counting {
  readonly services: CountServices;
  readonly now: number;
}

/** Where a count lies. */
interface Place<Body> {
  readonly partition: string;
  readonly id: string;
  readonly kind: ItemKind<Body & { readonly schema: number }>;
}

/** A count in an item of its own. */
interface Count<Body> extends Place<Body> {
  /** Seconds. */
  readonly ttl: number;
  /** One more; undefined if there is none left. */
  readonly more: (before: Body | undefined) => Body | undefined;
  /** One less. */
  readonly less: (before: Body) => Body;
}

/** A count as it was read, on its way to one more. */
interface Prepared {
  /** @returns false if others have used up what was left */
  readonly commit: () => Promise<boolean>;
  /** What it counted cost nothing. */
  readonly takeBack: () => Promise<void>;
}

/** Reads a count: one point read. @returns undefined if none is left */
async function prepare<Body extends object>(
  { activations, system }: Counting["services"],
  count: Count<Body>,
): Promise<Prepared | undefined> {
  const { more, less } = count;
  let found = await load(activations, count);
  if (!more(found?.body)) return undefined;

  const change = (next: (before: Body | undefined) => Body | undefined) =>
    uncontended(system, async () => {
      const body = next(found?.body);
      if (!body) return false;
      if (await save(activations, count, found, body, count.ttl)) return true;
      found = await load(activations, count);
      return lookAgain();
    });

  return {
    commit: () => change(more),
    takeBack: async () => {
      found = await load(activations, count);
      await change((before) => before && less(before));
    },
  };
}

async function load<Body extends object>(store: Store, { partition, id, kind }: Place<Body>) {
  const stored = await store.read(partition, id);
  return stored && { etag: stored.etag, body: parseItem(kind, stored) as Body };
}

/** Writes a count in the place of what was found. @param ttl seconds @returns false if somebody else was faster */
async function save<Body extends object>(
  activations: Store,
  { partition, id }: Place<Body>,
  found: { readonly etag: string } | undefined,
  body: Body,
  ttl: number,
): Promise<boolean> {
  const item = { id, body: { ...body, schema: 1 }, ttl };
  const { committed } = await activations.commit(partition, [
    found ? { kind: "replace", ...item, etag: found.etag } : { kind: "create", ...item },
  ]);
  return committed;
}

/** Codes to one address, of all owners together: somebody's mailbox is nobody's to fill. */
async function ofAddress({ services, now }: Counting, kind: ContactKind, address: string) {
  const place = { partition: "sends", item: kind, member: "address" };
  const [hmac = ""] = await services.serviceKey.codes(place, countedAs(kind, address));
  return await prepare(services, {
    partition: `sends:${hmac}`,
    id: ids.sends,
    kind: sends,
    ttl: (2 * WINDOW) / 1000,
    more: (before: Parameters<typeof refuseSend>[0]) =>
      refuseSend(before, now)?.reason === "too-many-sends" ? undefined : withSend(before, now),
    less: (before) => ({ ...before, count: Math.max(0, before.count - 1) }),
  });
}

const HOUR = 60 * 60 * 1000;

/** An hour's texts are counted in so many parts: one item could not take the writes of all instances. */
export const PARTS = 8;

/** Texts in this hour, of all owners together: what they cost has an end. @param most in an hour */
async function ofHour({ services, now }: Counting, of: "codes" | "notices", most: number) {
  const hour = Math.floor(now / HOUR);
  const [random = 0] = services.system.random(1);
  for (let n = 0; n < PARTS; n++) {
    const part = (random + n) % PARTS;
    const share = Math.floor(most / PARTS) + (part < most % PARTS ? 1 : 0);
    const prepared = await prepare(services, {
      partition: `texts:${hour}:${part}`,
      id: ids.texts(of),
      kind: texts,
      ttl: (2 * HOUR) / 1000,
      more: (before: { readonly count: number } | undefined) =>
        (before?.count ?? 0) < share ? { count: (before?.count ?? 0) + 1 } : undefined,
      less: ({ count }) => ({ count: Math.max(0, count - 1) }),
    });
    if (prepared) return prepared;
  }
  return undefined;
}

/** Texts that were counted in this hour, of all owners together. @throws {StoreUnavailable | ItemUnreadable} */
export async function textsInHour(
  { activations }: Pick<Services, "activations">,
  of: "codes" | "notices",
  now: number,
): Promise<number> {
  const hour = Math.floor(now / HOUR);
  const parts = Array.from({ length: PARTS }, (_, part) => {
    return load(activations, { partition: `texts:${hour}:${part}`, id: ids.texts(of), kind: texts });
  });
  return (await Promise.all(parts)).reduce((sum, found) => sum + (found?.body.count ?? 0), 0);
}

/** What a code costs over all owners. */
interface CodeCost {
  /** Counts it. @throws {NotSent} others have used up what was left */
  readonly commit: () => Promise<void>;
  /** Takes it back, where the code was surely not sent. */
  readonly takeBack: () => Promise<void>;
}

/**
 * Reads what a code will cost: one point read for a text and, to an address that is not confirmed, one more. A confirmed one
 * is counted by its owner alone: whoever knows somebody's address could otherwise use up what it may be sent.
 * @param address of one that is not confirmed
 * @throws {Problem} too-many-tries @throws {NotSent} no texts are left in this hour
 */
export async function costOfCode(
  act: Counting,
  kind: ContactKind,
  address: string | undefined,
): Promise<CodeCost> {
  const { services, now } = act;
  const toAddress = address === undefined ? undefined : await ofAddress(act, kind, address);
  // Not the time at which the address is free again: that would tell when another owner used it.
  if (address !== undefined && !toAddress)
    throw explainSend({ reason: "too-many-sends", until: now + WINDOW }, now);
  const inHour =
    kind === "phone" ? await ofHour(act, "codes", services.config.notify.textsPerHour) : undefined;
  const hourEnds = (HOUR - (now % HOUR)) / 1000;
  if (kind === "phone" && !inHour) throw new NotSent(hourEnds);

  const counted: Prepared[] = [];
  const takeBack = async () => {
    await Promise.all(counted.splice(0).map((count) => count.takeBack()));
  };
  return {
    async commit() {
      for (const count of [toAddress, inHour]) {
        if (count && !(await count.commit())) throw new NotSent(count === inHour ? hourEnds : WINDOW / 1000);
        if (count) counted.push(count);
      }
    },
    takeBack,
  };
}

/** Counts texts of notices: for all owners together in an hour, and for one owner in a day. */
export function createTextLimits(services: CountServices): TextLimits {
  const { activations, system, config } = services;

  async function countOf(owner: string): Promise<Place<NoticeTexts>> {
    const place = { partition: "notice-texts", item: "texts", member: "owner" };
    const [hmac = ""] = await services.serviceKey.codes(place, owner);
    return { partition: `notice-texts:${hmac}`, id: ids.noticeTexts, kind: noticeTexts };
  }

  /** Changes an owner's count, and looks again where another text was faster. */
  async function change<Turn extends { readonly after?: NoticeTexts | undefined }>(
    count: Place<NoticeTexts>,
    turn: (before: NoticeTexts | undefined) => Turn | Promise<Turn>,
  ): Promise<Turn> {
    return await uncontended(system, async () => {
      const found = await load(activations, count);
      const made = await turn(found?.body);
      if (!made.after) return made;
      const isSaved = await save(activations, count, found, made.after, (2 * WINDOW) / 1000);
      return isSaved ? made : lookAgain();
    });
  }

  async function inTurn(owner: string, text: NoticeText, now: number): Promise<Counted> {
    const count = await countOf(owner);
    let hour: Prepared | undefined;
    const made = await change(count, async (before): Promise<TextTurn | Capped> => {
      const next = turnOf(before, text, now);
      if (next.turn !== "sends" || !next.after) return next;
      hour ??= await countInHour(now);
      return hour ? next : capped(now);
    });
    if (made.turn === "sends") {
      const takeBack = async () => {
        await change(count, (before) => (before ? { after: withoutText(before, text.messageId) } : {}));
        // Behind the owner's: a message that is in there is not counted again.
        await hour?.takeBack();
      };
      // One that was counted before may have been sent then.
      return { turn: "sends", takeBack: hour ? takeBack : async () => {} };
    }
    await hour?.takeBack();
    return made.turn === "waits" ? { isCapped: false, ...made } : made;
  }

  async function countInHour(now: number): Promise<Prepared | undefined> {
    for (let n = 0; n < PARTS; n++) {
      const hour = await ofHour({ services, now }, "notices", config.notify.noticeTextsPerHour);
      if (!hour || (await hour.commit())) return hour;
      // Others have used up this part meanwhile; another may have some left.
    }
    return undefined;
  }

  return {
    async count({ number, partition, isLast, ...text }: CountedText) {
      const now = system.now();
      if (!isTextable(number, config.notify.textPrefixes)) return { turn: "refused" };
      // As with none left in this hour: it waits, and a mail stands for it.
      if (await isClosed(activations, number)) return capped(now);
      if (!isLast) return await inTurn(partition, text, now);
      // Nothing later could tell of an erasure, so it waits for no other text.
      const hour = await countInHour(now);
      return hour ? { turn: "sends", takeBack: hour.takeBack } : capped(now);
    },
  };
}

type Capped = Extract<Counted, { turn: "waits" }> & { readonly after?: undefined };

function capped(now: number): Capped {
  return { turn: "waits", until: now + HOUR - (now % HOUR), isCapped: true };
}
