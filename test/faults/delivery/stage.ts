import { expect, onTestFinished } from "vitest";
import { openSqliteStore } from "../../../local/embedded/sqlite.ts";
import { createDelivery, type Delivery } from "../../../shared/delivery/delivery.ts";
import type { StoredNotice } from "../../../shared/delivery/mark.ts";
import { lifeOf } from "../../../shared/delivery/schedule.ts";
import type { TextLimits } from "../../../shared/delivery/textLimits.ts";
import { newOwner } from "../../../shared/devices/registration.ts";
import type { Place } from "../../../shared/keys/derived.ts";
import type { ServiceKey } from "../../../shared/keys/serviceKey.ts";
import type { Log } from "../../../shared/log.ts";
import type { ListedContact } from "../../../shared/model/contact.ts";
import type { Device } from "../../../shared/model/device.ts";
import type { Notice } from "../../../shared/model/notice.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import type { Sealed } from "../../../shared/model/sealed.ts";
import type { Notify } from "../../../shared/notify/port.ts";
import { ids, notice as noticeKind } from "../../../shared/store/items.ts";
import type { Operation, Store, StoredItem } from "../../../shared/store/port.ts";
import { parseItem } from "../../../shared/store/schema.ts";
import { timestampOf } from "../../../shared/words.ts";
import { phone, trusted } from "../../rules/backup/owner.ts";
import { temporaryFolder } from "../../support/folder.ts";

export const START = Date.parse("2026-11-22T08:00:00.000Z");

export const CONTACT = "c".repeat(22);
export const NUMBER = "n".repeat(22);

/** Two phones that are told, by the one that acts, and two contacts. */
export const [acting, first, second] = [trusted("a", 2), trusted("b", 4), phone("c")];

/** Texts that nothing limits. */
const unlimited: TextLimits = { count: async () => ({ turn: "sends", takeBack: async () => {} }) };

/** A service key that hides nothing, and opens only what was sealed for the place. */
const plainKey: Pick<ServiceKey, "unseal"> = {
  unseal: async (place, { value }) => {
    const [of, text] = JSON.parse(Buffer.from(value, "base64url").toString());
    expect(of).toEqual(place);
    return Buffer.from(text);
  },
};

function sealedFor(place: Place, text: string): Sealed {
  const value = Buffer.from(JSON.stringify([place, text])).toString("base64url");
  return { serviceKey: "s".repeat(22), value };
}

export const token = (deviceId: string) => `token-of-${deviceId[0]}`;
export const ADDRESS = "alice@example.com";
export const TELEPHONE = "+46701740605";

function listed(id: string, kind: ListedContact["kind"]): ListedContact {
  const at = "2026-10-01T08:00:00.000Z";
  return { id, kind, addedAt: at, by: acting.deviceId, confirmedAt: at };
}

export function putToken(
  partition: string,
  { deviceId }: Pick<Device, "deviceId">,
  text = token(deviceId),
): Operation {
  const item = ids.push(deviceId);
  const body = {
    schema: 1,
    platform: "fcm",
    environment: "production",
    token: sealedFor({ partition, item, member: "token" }, text),
    language: "sv",
    at: timestampOf(START),
  };
  return { kind: "create", id: item, body };
}

export function putContact(
  partition: string,
  id: string,
  kind: ListedContact["kind"],
  address: string,
): Operation {
  const item = ids.contact(id);
  const sealed = sealedFor({ partition, item, member: "address" }, address);
  return {
    kind: "create",
    id: item,
    body: { schema: 1, kind, address: sealed, hint: "•••", language: "ja" },
  };
}

/** An owner with phones, their tokens and contacts. */
export function ownerItems(partition: string): { readonly owner: Owner; readonly operations: Operation[] } {
  const owner = {
    ...newOwner(START),
    devices: [acting, first, second],
    contacts: [listed(CONTACT, "email"), listed(NUMBER, "phone")],
  };
  const operations: Operation[] = [
    { kind: "create", id: ids.owner, body: owner },
    putToken(partition, first),
    putToken(partition, second),
    putContact(partition, CONTACT, "email", ADDRESS),
    putContact(partition, NUMBER, "phone", TELEPHONE),
  ];
  return { owner, operations };
}

/** A notice to all of them. */
export function noticeOf(id: string, more: Partial<Notice> = {}) {
  const { deviceId, name, platform } = acting;
  const body: Notice = {
    schema: 1,
    at: timestampOf(START),
    type: "exported",
    device: { deviceId, name, platform },
    to: [first.deviceId, second.deviceId],
    contacts: [CONTACT, NUMBER],
    dueAt: timestampOf(START + 30_000),
    attempts: 0,
    ...more,
  };
  return { kind: "create", id: ids.notice(id.padEnd(22, "0")), body, ttl: lifeOf(body) } as const;
}

/** A store in memory, a clock that stands still, and deliveries over them. */
export async function stage() {
  const clock = { time: START };
  const now = () => clock.time;
  const file = `${await temporaryFolder()}/store.db`;
  const open = () => openSqliteStore({ file, now });
  const store = open();
  onTestFinished(() => store.close());
  const lines: Parameters<Log>[0][] = [];

  const deliveryOf = (notify: Notify, on: Store = store): Delivery =>
    createDelivery({
      store: on,
      notify,
      texts: unlimited,
      serviceKey: plainKey,
      system: { now },
      log: (line) => lines.push(line),
    });

  async function put(partition: string, ...operations: Operation[]) {
    const result = await store.commit(partition, operations);
    if (!result.committed) return expect.fail(`${result.id}: ${result.reason}`);
    return result.etags;
  }

  /** Commits notices, as an act does. */
  async function commit(
    partition: string,
    ...notices: ReturnType<typeof noticeOf>[]
  ): Promise<StoredNotice[]> {
    const etags = await put(partition, ...notices);
    return notices.map(({ id, body }) => ({ partition, id, etag: etags.get(id) ?? "", notice: body }));
  }

  async function noticesOf(partition: string): Promise<Notice[]> {
    const items = await store.list(partition, ids.notice(""));
    return items.map((item: StoredItem) => parseItem(noticeKind, item));
  }

  return {
    clock,
    store,
    lines,
    deliveryOf,
    put,
    commit,
    noticesOf,
    pass: (milliseconds: number) => {
      clock.time += milliseconds;
    },
  };
}
