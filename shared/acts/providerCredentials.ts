import type { Issued } from "../model/credential.ts";
import type { Placed } from "../provider/answers.ts";
import { explain } from "../provider/explain.ts";
import { ids, issued } from "../store/items.ts";
import { type LoadedOwner, readCredential, readOwner } from "../store/read.ts";
import { parseItem } from "../store/schema.ts";
import { type FoundCredential, revokeCredential } from "./commit.ts";
import { uncontended } from "./retry.ts";
import type { Services } from "./services.ts";

type CredentialServices = Pick<Services, "activations" | "store" | "system">;

/** A credential that counts, and the owner whose phone has it. */
interface LiveCredential {
  readonly owner: LoadedOwner;
  readonly found: FoundCredential;
}

/** What an id that was given to a provider stands for: one point read. @throws {Problem} credential-not-found */
async function readIssued(
  { activations }: Pick<Services, "activations">,
  tenant: string,
  { partition, id }: Placed,
): Promise<Issued> {
  const stored = await activations.read(partition, ids.issued(id));
  const item = stored && parseItem(issued, stored);
  if (item?.tenant !== tenant) throw explain({ reason: "credential-not-found" });
  return item;
}

/**
 * The credential of a phone for an account, if it counts: the owner lists the phone, as it was registered then, and nobody has
 * revoked it. Two point reads.
 */
export async function readLive(
  { store }: Pick<Services, "store">,
  { userId, deviceId, ref }: NonNullable<Issued["holds"]>,
): Promise<LiveCredential | undefined> {
  const owner = await readOwner(store, userId);
  const device = owner?.item.devices.find((phone) => phone.deviceId === deviceId);
  if (!owner || !device) return undefined;
  const credential = await readCredential(store, userId, deviceId, ref);
  // Whoever holds a phone that was revoked, and the owner's sign-in, can register it again: what was verified on it stays dead.
  if (credential?.item.registered !== device.registered) return undefined;
  if (credential.item.revokedAt !== undefined) return undefined;
  return { owner, found: { userId, device, ref, ...credential } };
}

/** The same for the id that a provider has: a phone that was verified anew has another credential. */
async function readOwn(
  services: CredentialServices,
  tenant: string,
  place: Placed,
): Promise<LiveCredential | undefined> {
  const { holds } = await readIssued(services, tenant, place);
  const live = holds && (await readLive(services, holds));
  return live?.found.item.credentialId === place.id ? live : undefined;
}

/** Whether a credential counts: 3 point reads. @throws {Problem} credential-not-found */
export async function isLiveCredential(
  services: CredentialServices,
  tenant: string,
  place: Placed,
): Promise<boolean> {
  return (await readOwn(services, tenant, place)) !== undefined;
}

/** Revokes a credential; a repeat is harmless. @throws {Problem} credential-not-found, busy */
export async function revokeOwnCredential(
  services: CredentialServices,
  tenant: string,
  place: Placed,
  now: number,
): Promise<void> {
  await uncontended(services.system, async () => {
    const live = await readOwn(services, tenant, place);
    if (live) await revokeCredential(services, live.owner, live.found, now);
  });
}
