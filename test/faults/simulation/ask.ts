import assert from "node:assert/strict";
import type { Family, Sent } from "./family.ts";
import type { Moments } from "./journal.ts";
import { mayUse } from "./state.ts";

/** Members that give the backup to whoever has the phone's key. */
const SECRETS = /"(?:sealed|envelope|wrappedStorageSecret)":/;

/** Sends a phone's request. Whatever the answer, nothing may be released that should not be. */
export function ask(
  { world, journal }: Family,
  deviceId: string,
  request: Sent,
): { readonly answer: Promise<Response>; readonly moments: Moments } {
  const moments = journal.moments(world.clock.time);
  const answer = world.service.fetch(...request).then(async (response) => {
    if (SECRETS.test(await response.clone().text())) {
      const might = moments.some((state, at) => mayUse(state, deviceId, "guarded", at));
      assert(might, "key or envelope are released to a phone that may not have them");
    }
    return response;
  });
  return { answer, moments };
}
