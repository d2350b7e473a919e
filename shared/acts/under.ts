import type { Contact } from "../model/contact.ts";
import type { Credential } from "../model/credential.ts";
import type { Owner } from "../model/owner.ts";
import type { PushToken } from "../model/pushToken.ts";
import { ids } from "../store/items.ts";
import type { Operation } from "../store/port.ts";

/**
 * An item that is under keys says so at its top, in `kek`: by that alone it is found when one of them is replaced. The names,
 * each once and sorted, stand behind one another: no item that is under several is taken for one that is under the current
 * ones alone.
 */
export function kekOf(names: Iterable<string>): string {
  return [...new Set(names)].sort().join(" ");
}

/** The names in a `kek`: versions of the key encryption key (full ids), and service keys. */
export function namesIn(kek: string): string[] {
  return kek.split(" ");
}

/** The prefix of a credential's id. */
export const CREDENTIAL = ids.credential("", "").slice(0, -1);

/** By the prefix of an item's id: the names of the keys that it is under. */
const UNDER: readonly (readonly [prefix: string, namesOf: (body: never) => readonly string[]])[] = [
  [ids.owner, ({ backup }: Owner) => (backup.state === "on" ? backup.keys.flatMap(namesOfKey) : [])],
  [ids.contact(""), ({ address }: Contact) => [address.serviceKey]],
  [CREDENTIAL, ({ otp }: Credential) => (otp ? [otp.secret.serviceKey] : [])],
  [ids.push(""), ({ token }: PushToken) => [token.serviceKey]],
];

export function namesOfKey({
  wrapped,
  serviceKey,
}: {
  readonly wrapped: { readonly kek: string };
  readonly serviceKey: string;
}): readonly [kek: string, serviceKey: string] {
  return [wrapped.kek, serviceKey];
}

/** What is written, with its `kek` as its keys are now. */
export function withKek(operation: Operation): Operation {
  if (operation.kind === "delete") return operation;
  const { id, body } = operation;
  const [, namesOf] =
    UNDER.find(([prefix]) => (prefix.endsWith(":") ? id.startsWith(prefix) : id === prefix)) ?? [];
  if (!namesOf) return operation;
  const { kek: _, ...rest } = body;
  const names = namesOf(body as never);
  return { ...operation, body: { ...rest, ...(names.length > 0 && { kek: kekOf(names) }) } };
}
