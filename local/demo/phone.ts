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
  /** Whoever holds the phone signs in to one of the accounts on it. @returns the token; the phone's requests keep theirs */
  signInTo(account: SignedInAccount, meaning: string): Promise<string>;
}

/** As the development issuer is asked for it. */
export interface SignedInAccount {
  readonly owner: string;
  readonly kind: "personal" | "work-or-school";
  readonly profile: "oidc" | "entra";
  readonly tenant?: string;
}

/**
 * @property state what the phone has kept; a brand-new phone when left out
 * @property hands whose hands it is in, where not its owner's: the service takes who signs in as the owner for the owner
 */
export interface PhoneSetup extends Pick<PhoneOptions, "name" | "storageSecret" | "state"> {
  /** Whose recovery account signs in on it. */
  readonly owner: string;
  readonly hands?: string;
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
  { owner, hands: _, platform = "android", ...setup }: PhoneSetup,
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
  async function signedIn(request: object, meaning: string): Promise<string> {
    const response = await requests.fetch(`${origin}/dev/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(request),
    });
    if (!response.ok) throw new Error(`the development issuer answered ${response.status}`);
    const { access_token } = tokenSchema.parse(await response.json());
    requests.told(meaning);
    return access_token;
  }
  return {
    ...phone,
    name: setup.name,
    async signIn(meaning, secondsAgo = 0) {
      // The name with which she signs in, as her personal account is called in the backup.
      token = await signedIn({ owner: owner.toLowerCase(), signedInSecondsAgo: secondsAgo }, meaning);
    },
    signInTo: signedIn,
  };
}
