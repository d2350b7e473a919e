import { placeOfOtp } from "../keys/places.ts";
import type { CodeTries } from "../model/codeTries.ts";
import type { Holder } from "../model/credential.ts";
import { explainCodes } from "../provider/explain.ts";
import { stepOf } from "../provider/oneTimeCode.ts";
import { isOpenedBy, refuseCodes, withWrongCode } from "../provider/tries.ts";
import { CODE_TRIES_TTL, codeTries, holder, ids } from "../store/items.ts";
import { parseItem } from "../store/schema.ts";
import { partitionOf } from "./activations.ts";
import { type FoundCredential, useCode } from "./commit.ts";
import { readLive } from "./providerCredentials.ts";
import { lookAgain, uncontended } from "./retry.ts";
import type { Services } from "./services.ts";

/** Who a code is said to be of. */
interface Subject {
  readonly authority: string;
  readonly subject: string;
}

/**
 * Whether a one-time code is that of one of a subject's phones, now and for the first time [D10]. Every code is counted as
 * wrong before it is looked at, and taken back if it is right: of many that come at once, no more are looked at than of
 * as many one after the other. A subject nobody has is counted alike, and answered alike.
 * @param code 8 digits @param now milliseconds since the epoch
 * @throws {Problem} codes-locked, codes-closed, busy
 */
export async function verifyCode(
  services: Services,
  { authority, subject }: Subject,
  code: string,
  now: number,
): Promise<boolean> {
  const partition = await partitionOf(services, authority, subject);
  const holders = await holdersOf(services, partition);
  await countTry(services, partition, holders, now);
  const isValid = await uncontended(services.system, () => useAny(services, holders, code, now));
  if (isValid) await forgetTries(services, partition);
  return isValid;
}

async function holdersOf(
  { activations }: Pick<Services, "activations">,
  partition: string,
): Promise<Holder[]> {
  const items = await activations.list(partition, ids.holder("", ""));
  return items.map((item) => parseItem(holder, item));
}

async function readTries({ activations }: Pick<Services, "activations">, partition: string) {
  const stored = await activations.read(partition, ids.codeTries);
  return stored && { etag: stored.etag, item: parseItem(codeTries, stored) };
}

/** Counts a code as wrong. @throws {Problem} codes-locked, codes-closed, busy */
async function countTry(
  services: Services,
  partition: string,
  holders: readonly Holder[],
  now: number,
): Promise<void> {
  const { activations, system } = services;
  await uncontended(system, async () => {
    const found = await readTries(services, partition);
    const before = sinceVerified(found?.item, holders);
    const refusal = refuseCodes(before, now);
    if (refusal) throw explainCodes(refusal, now);
    const written = { id: ids.codeTries, body: withWrongCode(before, now), ttl: CODE_TRIES_TTL };
    const { committed } = await activations.commit(partition, [
      found ? { kind: "replace", ...written, etag: found.etag } : { kind: "create", ...written },
    ]);
    if (!committed) lookAgain();
  });
}

/** What is left of the tries: none if one of the phones has answered a push since. */
function sinceVerified(tries: CodeTries | undefined, holders: readonly Holder[]): CodeTries | undefined {
  return tries && holders.some(({ at }) => isOpenedBy(tries, at)) ? undefined : tries;
}

/** A right code ends what was counted; nothing is lost if somebody has counted one more meanwhile. */
async function forgetTries(services: Services, partition: string): Promise<void> {
  const found = await readTries(services, partition);
  if (!found) return;
  await services.activations.commit(partition, [{ kind: "delete", id: ids.codeTries, etag: found.etag }]);
}

/** Uses up the code at the phone whose it is; all are looked at, so that the time tells not which. @throws {Contention} */
async function useAny(
  services: Services,
  holders: readonly Holder[],
  code: string,
  now: number,
): Promise<boolean> {
  const matches: { readonly found: FoundCredential; readonly step: number }[] = [];
  for (const each of holders) {
    const live = await readLive(services, each);
    const otp = live?.found.item.otp;
    if (!live || !otp) continue;
    const place = placeOfOtp(each.userId, each.deviceId, each.ref);
    const secret = await services.serviceKey.unseal(place, otp.secret);
    const step = stepOf({ secret, lastStep: otp.lastStep }, code, now);
    if (step !== undefined) matches.push({ found: live.found, step });
  }
  const [match] = matches;
  if (!match) return false;
  await useCode(services, match.found, match.step);
  return true;
}
