import * as z from "zod";
import { createPhone, type Phone } from "../phone/acts/phone.ts";
import type { PhoneOptions } from "../phone/acts/session.ts";
import type { PhoneState } from "../phone/acts/state.ts";
import type { Teller } from "./tell.ts";
import type { Wire } from "./wire.ts";

export interface PhoneOfStory extends Phone {
  readonly name: string;
  /**
   * The owner signs in at the development issuer, with a second factor; the phone's requests carry that token.
   * @param secondsAgo how long ago the sign-in was, if not just now
   */
  signIn(meaning: string, secondsAgo?: number): Promise<void>;
}

export interface PhoneSetup {
  /** Whose recovery account signs in on it. */
  readonly owner: string;
  /** What its owner calls it. */
  readonly name: string;
  readonly platform?: PhoneOptions["platform"];
  /** 32 bytes from iCloud. */
  readonly storageSecret?: Uint8Array;
  /** What the phone has kept; a phone out of its box when left out. */
  readonly state?: PhoneState;
}

const tokenSchema = z.looseObject({ access_token: z.string() });

export async function createPhoneOfStory(
  { origin, wire, tell }: { origin: string; wire: Wire; tell: Teller },
  { owner, name, platform = "android", storageSecret, state }: PhoneSetup,
): Promise<PhoneOfStory> {
  let token: string | undefined;
  const phone = await createPhone({
    origin,
    platform,
    version: "6.8.0",
    name,
    storageSecret,
    state,
    fetch: wire.fetch,
    token: async () => {
      if (token === undefined) throw new Error(`nobody has signed in on the ${name}`);
      return token;
    },
  });
  return {
    ...phone,
    name,
    async signIn(meaning, secondsAgo = 0) {
      const response = await wire.fetch(`${origin}/dev/token`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ owner, signedInSecondsAgo: secondsAgo }),
      });
      if (!response.ok) throw new Error(`the development issuer answered ${response.status}`);
      token = tokenSchema.parse(await response.json()).access_token;
      for (const exchange of wire.untold()) tell.request(exchange, meaning);
    },
  };
}
