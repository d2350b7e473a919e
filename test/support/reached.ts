import { expect } from "vitest";
import { withKek } from "../../shared/acts/under.ts";
import { createServiceKey, type ServiceKey } from "../../shared/keys/serviceKey.ts";
import type { ListedContact } from "../../shared/model/contact.ts";
import { packed } from "../../shared/model/storedOwner.ts";
import { ids, owner as ownerKind } from "../../shared/store/items.ts";
import type { Operation } from "../../shared/store/port.ts";
import { parseItem } from "../../shared/store/schema.ts";
import { system } from "../../shared/system.ts";
import { timestampOf } from "../../shared/words.ts";
import { userIdOf } from "./partition.ts";
import type { TestPhone, TestService } from "./service.ts";

// Puts into the store where owners are reached, past the requests that say so.

export const tokenOf = ({ deviceId }: Pick<TestPhone, "deviceId">) => `token-of-${deviceId}`;

/** The push token of a phone. */
export async function giveToken(
  service: TestService,
  phone: TestPhone,
  token = tokenOf(phone),
): Promise<void> {
  const partition = userIdOf(phone);
  const item = ids.push(phone.deviceId);
  await put(service, partition, {
    kind: "create",
    id: item,
    body: {
      schema: 1,
      platform: "fcm",
      environment: "production",
      token: await keyOf(service).seal({ partition, item, member: "token" }, Buffer.from(token)),
      language: "en",
      at: timestampOf(service.now()),
    },
  });
}

/** A contact of the phone's owner, confirmed long ago. @returns its id */
export async function giveContact(
  service: TestService,
  phone: TestPhone,
  { kind, address }: Pick<ListedContact, "kind"> & { readonly address: string },
): Promise<string> {
  const partition = userIdOf(phone);
  const stored =
    (await service.adapters.store.read(partition, ids.owner)) ?? expect.fail("there is no owner");
  const owner = parseItem(ownerKind, stored);
  const id = `${kind}${owner.contacts?.length ?? 0}`.padEnd(22, "0");
  const at = timestampOf(service.now() - 30 * 24 * 60 * 60 * 1000);
  const listed: ListedContact = {
    id,
    kind,
    addedAt: at,
    by: phone.deviceId,
    confirmedAt: at,
    countsFrom: at,
  };
  const item = ids.contact(id);
  const sealed = await keyOf(service).seal({ partition, item, member: "address" }, Buffer.from(address));
  await put(
    service,
    partition,
    {
      kind: "replace",
      id: ids.owner,
      etag: stored.etag,
      body: packed({ ...owner, contacts: [...(owner.contacts ?? []), listed] }),
    },
    { kind: "create", id: item, body: { schema: 1, kind, address: sealed, hint: "•••", language: "en" } },
  );
  return id;
}

function keyOf({ serviceKey, adapters: { kek, store } }: TestService): ServiceKey {
  return createServiceKey({ wrapped: JSON.parse(serviceKey), kek, store, system });
}

async function put({ adapters: { store } }: TestService, partition: string, ...operations: Operation[]) {
  const result = await store.commit(partition, operations.map(withKek));
  if (!result.committed) expect.fail(`${result.id}: ${result.reason}`);
}
