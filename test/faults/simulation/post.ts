import assert from "node:assert/strict";
import { messageId } from "../../../shared/delivery/schedule.ts";
import { createServiceKey } from "../../../shared/keys/serviceKey.ts";
import { ids } from "../../../shared/store/items.ts";
import type { Store } from "../../../shared/store/port.ts";
import { system } from "../../../shared/system.ts";
import { timestampOf } from "../../../shared/words.ts";
import { fakeNotify } from "../../support/notify.ts";
import type { Family, Member } from "./family.ts";

// Where phones are reached, what reached them, and what must be true of that, said without the service's own rules.

export const tokenOf = (deviceId: string) => `token-of-${deviceId}`;

/** Notices at most: every phone of an owner, and those that were removed. */
const MOST_TOLD = 40;

export type Post = ReturnType<typeof createPost>;

export function createPost() {
  const { notify, taken } = fakeNotify();
  /** The phones that are reached. */
  const reached = new Set<string>();
  let faults = 0;

  return {
    notify,
    /** A call for a notice failed, or the process ended on it: some may be sent twice. */
    failed: () => {
      faults++;
    },

    /** The phone says where it is reached, as each app does when it starts. */
    async reach({ family, phone: { deviceId } }: Member): Promise<void> {
      const { world, userId: partition } = family;
      const { store, kek } = await world.service.adapters();
      const item = ids.push(deviceId);
      if (await store.read(partition, item)) return;
      const wrapped = world.service.serviceKeys() ?? assert.fail("there is no service key");
      const key = createServiceKey({ wrapped, kek, store, system });
      const token = await key.seal({ partition, item, member: "token" }, Buffer.from(tokenOf(deviceId)));
      const body = {
        schema: 1,
        platform: "fcm",
        environment: "production",
        token,
        language: "en",
        at: timestampOf(world.clock.time),
      };
      await store.commit(partition, [{ kind: "create", id: item, body }]);
      reached.add(deviceId);
    },

    reaches: (deviceId: string) => reached.has(deviceId),

    /** Learns which tokens are taken away, of phones that were removed. */
    watches(store: Store): Store {
      return {
        ...store,
        async commit(partition, operations) {
          const result = await store.commit(partition, operations);
          for (const { kind, id } of result.committed ? operations : []) {
            if (kind === "delete" && id.startsWith(ids.push("")))
              reached.delete(id.slice(ids.push("").length));
          }
          return result;
        },
      };
    },

    /** All that was sent: one content under an id, and twice only where something failed. */
    check(): void {
      const contents = new Map<string, string>();
      for (const { id, to, content } of taken) {
        const said = `${to} ${content}`;
        assert.equal(said, contents.get(id) ?? said, "two contents under one id");
        contents.set(id, said);
      }
      assert(taken.length - contents.size <= faults * MOST_TOLD, "it is sent twice, though nothing failed");
    },

    /** Every notice of the owner that is there has reached each phone, or says why it did not. */
    checkDelivered({ journal }: Family): void {
      const mailed = new Set(taken.flatMap(({ id, channel }) => (channel === "mail" ? [id] : [])));
      const sent = new Set(taken.map(({ to, content }) => `${to} ${JSON.parse(content).noticeId}`));
      for (const [noticeId, { item }] of journal.latest().notices) {
        assert.equal(item.dueAt, undefined, "a notice is due still");
        for (const contactId of item.contacts ?? []) {
          const outcome = item.outcomes?.[contactId];
          const wasSent = mailed.has(messageId(noticeId, contactId));
          assert(
            wasSent || outcome === "unreachable" || outcome === "dead",
            "a notice has reached no mailbox",
          );
          assert(outcome !== "sent" || wasSent, "a notice is said to be mailed");
        }
        for (const deviceId of item.to) {
          const outcome = item.outcomes?.[deviceId];
          const wasSent = sent.has(`${tokenOf(deviceId)} ${noticeId}`);
          assert(wasSent || outcome === "unreachable" || outcome === "dead", "a notice has reached nobody");
          assert(outcome !== "sent" || wasSent, "a notice is said to be sent");
        }
      }
    },

    /** The code that came last to an address. */
    codeTo(address: string): string | undefined {
      const codes = taken.flatMap(({ to, content }) =>
        to === address ? [JSON.parse(content).content.code] : [],
      );
      return codes.findLast((code) => code !== undefined);
    },

    count: () => taken.length,
  };
}
