import { createPhone } from "../../../../local/phone/acts/phone.ts";
import type { PhoneOptions } from "../../../../local/phone/acts/session.ts";
import type { Contents } from "../../../../local/phone/protocol/accounts.ts";
import { createService, ORIGIN, tokenOf } from "./answering.ts";
import { readVectors } from "./vectors.ts";

export const [full, empty] = readVectors<{ accepted: { contents: Contents }[] }>("contents").accepted.map(
  ({ contents }) => contents,
) as [Contents, Contents];

/** In the owner's iCloud account. */
export const storageSecret = new Uint8Array(32).fill(9);

/** Phones that speak to the fake service. */
export function setUp() {
  const service = createService();
  const phone = (options: Partial<PhoneOptions> = {}) =>
    createPhone({
      origin: ORIGIN,
      platform: "android",
      version: "6.8.0",
      name: "first",
      token: async () => tokenOf("alice"),
      fetch: service.fetch,
      ...options,
    });
  const last = () => {
    const message = service.received.at(-1);
    if (!message) throw new Error("nothing was sent");
    return message;
  };
  return { ...service, phone, last };
}

/** The same, and the first of them has turned backup on. */
export async function turnedOn(options: Partial<PhoneOptions> = {}) {
  const set = setUp();
  const first = await set.phone(options);
  await first.register();
  await first.enable();
  return { ...set, first };
}
