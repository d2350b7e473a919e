import * as z from "zod";
import { createPhone, type Phone } from "../phone/acts/phone.ts";
import type { PhoneOptions } from "../phone/acts/session.ts";
import { machine, type System } from "../phone/protocol/system.ts";
import type { Requests } from "./requests.ts";

export interface PhoneOfStory extends Phone {
  readonly name: string;
  /**
   * The owner signs in at the development issuer, with a second factor; the phone's requests carry that token.
   * @param secondsAgo how long ago the sign-in was, if not just now
   */
  signIn(meaning: string, secondsAgo?: number): Promise<void>;
}

/** @property state what the phone has kept; a brand-new phone when left out */
export interface PhoneSetup extends Pick<PhoneOptions, "name" | "storageSecret" | "state"> {
  /** Whose recovery account signs in on it. */
  readonly owner: string;
  readonly platform?: PhoneOptions["platform"];
}

const tokenSchema = z.looseObject({ access_token: z.string() });

interface Surroundings extends Pick<System, "now"> {
  /** Where the service answers. */
  readonly origin: string;
  readonly requests: Requests;
}

export async function createPhoneOfStory(
  { origin, requests, now }: Surroundings,
  { owner, platform = "android", ...setup }: PhoneSetup,
): Promise<PhoneOfStory> {
  let token: string | undefined;
  const phone = await createPhone({
    ...setup,
    origin,
    platform,
    version: "6.8.0",
    system: { ...machine, now },
    fetch: requests.fetch,
    token: async () => {
      if (token === undefined) throw new Error(`nobody has signed in on the ${setup.name}`);
      return token;
    },
  });
  return {
    ...phone,
    name: setup.name,
    async signIn(meaning, secondsAgo = 0) {
      const response = await requests.fetch(`${origin}/dev/token`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ owner, signedInSecondsAgo: secondsAgo }),
      });
      if (!response.ok) throw new Error(`the development issuer answered ${response.status}`);
      token = tokenSchema.parse(await response.json()).access_token;
      requests.told(meaning);
    },
  };
}
