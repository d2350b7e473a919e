import * as z from "zod";
import type { Phone } from "../acts/phone.ts";
import { UsageError } from "./commandLine.ts";
import { pushTokenOf } from "./notices.ts";

// The pushes that ask the owner something, in the outbox of the local host.

/** What Android's push service hands to the app, and what iOS's does. */
const challengePushSchema = z.union([
  z
    .looseObject({
      message: z.looseObject({
        data: z.looseObject({ key: z.literal("challenge"), challengeId: z.string(), nonce: z.string() }),
      }),
    })
    .transform(({ message: { data } }) => data),
  z.looseObject({
    aps: z.looseObject({ alert: z.looseObject({ "loc-key": z.literal("challenge") }) }),
    challengeId: z.string(),
    nonce: z.string(),
  }),
]);

const outboxSchema = z.looseObject({
  messages: z.array(z.looseObject({ at: z.iso.datetime(), body: z.unknown() })),
});

/** What a push asks for an answer with. */
export interface ChallengePush {
  readonly challengeId: string;
  /** Base64url of 16 bytes: nothing but the push has it. */
  readonly nonce: string;
}

/** Those among the messages of a phone that ask for an answer, in their order. */
export function challengesOf(messages: z.infer<typeof outboxSchema>["messages"]): ChallengePush[] {
  return messages.flatMap(({ body }) => {
    const { data } = challengePushSchema.safeParse(body);
    return data ? [{ challengeId: data.challengeId, nonce: data.nonce }] : [];
  });
}

/**
 * The push that came last for a challenge; one for any other is none that this phone has asked for.
 * @throws {UsageError} nothing is sent to phones at that origin
 */
export async function lastPushFor(
  phone: Phone,
  challengeId: string,
  { origin, fetch }: { readonly origin: string; readonly fetch: typeof globalThis.fetch },
): Promise<ChallengePush | undefined> {
  const address = new URL("/outbox", origin);
  address.searchParams.set("to", pushTokenOf(phone));
  const response = await fetch(address.href, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new UsageError(`no push notifications come from ${origin}`);
  // Newest first.
  const pushes = challengesOf(outboxSchema.parse(await response.json()).messages);
  return pushes.find((push) => push.challengeId === challengeId);
}
