import { createHash } from "node:crypto";
import * as z from "zod";
import type { Phone } from "../acts/phone.ts";
import { type CommandLine, operandsOf, UsageError } from "./commandLine.ts";
import { type Outcome, told } from "./outcome.ts";
import { formatActivity } from "./print/print.ts";
import { formatTable } from "./print/table.ts";
import { timeOf } from "./print/time.ts";

// The push channel of a phone on this machine: the outbox of the local host, where its notifications wait for it.

const OUTBOX_PATH = "/outbox";

/** What Android's push service hands to the app, and what iOS's does. */
const pushSchema = z.union([
  z
    .looseObject({
      message: z.looseObject({ data: z.looseObject({ key: z.string(), noticeId: z.string() }) }),
    })
    .transform(({ message: { data } }) => data),
  z
    .looseObject({
      aps: z.looseObject({ alert: z.looseObject({ "loc-key": z.string() }) }),
      noticeId: z.string(),
    })
    .transform(({ aps, noticeId }) => ({ key: aps.alert["loc-key"], noticeId })),
]);

const outboxSchema = z.looseObject({
  messages: z.array(z.looseObject({ at: z.iso.datetime(), body: z.unknown() })),
});

export interface Notice {
  readonly at: string;
  readonly noticeId: string;
}

/** By this the outbox knows the phone. */
export function pushTokenOf({ deviceId }: Pick<Phone, "deviceId">): string {
  // In hexadecimal, as APNs gives them; FCM's may be anything.
  return createHash("sha256").update(`local-${deviceId}`).digest("hex");
}

/** The app says its token, and what becomes of that is nothing to its owner. Here it never changes. */
export async function sayPushToken(phone: Phone): Promise<void> {
  const said = { environment: "production", token: pushTokenOf(phone), language: "en" } as const;
  await phone.sayPushToken(said).catch(() => undefined);
}

/** Each notice once, whatever came twice, the first first; what the app does not know shows nothing. */
export function shownOf(messages: z.infer<typeof outboxSchema>["messages"]): Notice[] {
  const shown = new Map<string, Notice>();
  for (const { at, body } of messages.toSorted((a, b) => a.at.localeCompare(b.at))) {
    const { data } = pushSchema.safeParse(body);
    if (data?.key !== "notice" || shown.has(data.noticeId)) continue;
    shown.set(data.noticeId, { at, noticeId: data.noticeId });
  }
  return [...shown.values()];
}

/** What this phone was told, and what the record has of it. @throws {UsageError} nothing is sent to phones at that origin */
export async function notices(
  phone: Phone,
  line: CommandLine,
  fetch: typeof globalThis.fetch,
): Promise<Outcome> {
  operandsOf(line, []);
  await sayPushToken(phone);
  const address = new URL(OUTBOX_PATH, line.origin);
  address.searchParams.set("to", pushTokenOf(phone));
  const response = await fetch(address.href, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new UsageError(`no push notifications come from ${line.origin}`);
  const shown = shownOf(outboxSchema.parse(await response.json()).messages);
  if (shown.length === 0) return told("This phone was told nothing.", { notices: [] });
  const table = formatTable([["WHEN", "NOTICE"], ...shown.map(({ at, noticeId }) => [timeOf(at), noticeId])]);
  const result = await phone.activity();
  if (!result.ok) {
    if (result.problem.code !== "device-not-registered") return result;
    return told(`${table}\n\nThis phone was removed, or everything was erased.`, { notices: shown });
  }
  const { deviceId } = phone;
  const events = result.body.events.filter(({ device }) => device && device.deviceId !== deviceId);
  const others = events.slice(0, shown.length);
  const text = [
    table,
    "Something happened to the backup. What other phones did:",
    formatActivity({ events: others }),
  ].join("\n\n");
  return told(text, { notices: shown, events: others });
}
