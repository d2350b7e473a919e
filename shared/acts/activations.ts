import { stateOf } from "../challenge/states.ts";
import { PLACE_OF_ACTIVATION_CODE, PLACE_OF_SUBJECT, placeOfActivated } from "../keys/places.ts";
import {
  ACTIVATION_KEPT,
  type ActivatedAccount,
  type Activation,
  activatedAccount,
} from "../model/activation.ts";
import type { Claim } from "../provider/state.ts";
import { activationCode, activation as activationKind, ids } from "../store/items.ts";
import { readChallenge, readOwner } from "../store/read.ts";
import { parseItem } from "../store/schema.ts";
import type { Services } from "./services.ts";

// Activations lie in the second container, since they are looked up before their owner is known.

type ActivationServices = Pick<Services, "activations" | "serviceKey">;

/** An activation as it was read. */
export interface FoundActivation {
  readonly partition: string;
  readonly id: string;
  readonly item: Activation;
  readonly etag: string;
}

/**
 * The partition in which what is known of a subject lies.
 * @param authority the tenant's id at Microsoft Entra and of work or school accounts, else `iss`
 */
export async function partitionOf(
  { serviceKey }: Pick<Services, "serviceKey">,
  authority: string,
  subject: string,
): Promise<string> {
  return await serviceKey.named(PLACE_OF_SUBJECT, `${authority}\0${subject}`);
}

/** One point read. */
export async function readActivation(
  { activations }: Pick<Services, "activations">,
  partition: string,
  id: string,
): Promise<FoundActivation | undefined> {
  const stored = await activations.read(partition, ids.activation(id));
  return stored && { partition, id, item: parseItem(activationKind, stored), etag: stored.etag };
}

/**
 * The activation that a code was made for, and whether it is its last code: two point reads.
 * @param code 12 digits
 */
export async function findActivation(
  services: ActivationServices,
  code: string,
): Promise<{ readonly found: FoundActivation; readonly isLast: boolean } | undefined> {
  for (const partition of await services.serviceKey.codes(PLACE_OF_ACTIVATION_CODE, code)) {
    const stored = await services.activations.read(partition, ids.activationCode);
    if (!stored) continue;
    const { activation, generation } = parseItem(activationCode, stored);
    const found = await readActivation(services, activation.partition, activation.id);
    // Two requests may have made a code at once: of those with one generation, the activation names the one that counts.
    const isLast = found?.item.generation === generation && found.item.code === partition;
    return found && { found, isLast };
  }
  return undefined;
}

/** Who an activation is for, and what the phone shows when it adds the account. @throws {KeyUnavailable} */
export async function activatedOf(
  { serviceKey }: Pick<Services, "serviceKey">,
  { partition, id, item }: FoundActivation,
): Promise<ActivatedAccount> {
  const bytes = await serviceKey.unseal(placeOfActivated(partition, id), item.account);
  return activatedAccount.parse(JSON.parse(Buffer.from(bytes).toString()));
}

/**
 * Takes an activation for one challenge alone, on its ETag: one commit, none if it is taken for it already.
 * @returns false if something else was faster
 */
export async function claimActivation(
  { activations }: Pick<Services, "activations">,
  { partition, id, item, etag }: FoundActivation,
  claimedBy: NonNullable<Activation["claimedBy"]>,
  now: number,
): Promise<boolean> {
  if (item.claimedBy?.challengeId === claimedBy.challengeId) return true;
  const { committed } = await activations.commit(partition, [
    {
      kind: "replace",
      id: ids.activation(id),
      body: { ...item, claimedBy },
      etag,
      ttl: secondsKept(item, now),
    },
  ]);
  return committed;
}

/** Seconds that an activation is still kept. */
export function secondsKept({ expiresAt }: Pick<Activation, "expiresAt">, now: number): number {
  return Math.max(1, Math.ceil((Date.parse(expiresAt) - now) / 1000) + ACTIVATION_KEPT);
}

/** The challenge that an activation was claimed for, in its owner's partition: two point reads. */
export async function claimOf(
  { store }: Pick<Services, "store">,
  { claimedBy }: Pick<Activation, "claimedBy">,
  now: number,
): Promise<Claim | undefined> {
  if (!claimedBy) return undefined;
  const { userId, challengeId } = claimedBy;
  const found = await readChallenge(store, userId, challengeId);
  if (!found) return undefined;
  const challenge = found.item;
  const owner = challenge.ended ? undefined : await readOwner(store, userId);
  return { challenge, state: stateOf({ challengeId, challenge }, owner?.item, now) };
}
