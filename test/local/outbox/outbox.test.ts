import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openSqliteStore } from "../../../local/embedded/sqlite.ts";
import { type OutboxEntry, readOutbox } from "../../../local/outbox/outbox.ts";
import type { Notice } from "../../../shared/model/notice.ts";
import { NOTICE_TTL } from "../../../shared/store/items.ts";
import { contents } from "../../support/accounts.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { backedUpPhone, expectOk, registeredPhone, startService } from "../../support/service.ts";

const START = Date.parse("2026-11-22T08:00:00.000Z");
const OLD = "o".repeat(43);

/** An empty store, with a clock that a test moves. */
async function startStore() {
  const clock = { now: START };
  const file = join(await temporaryFolder(), "backup.db");
  const store = openSqliteStore({ file, now: () => clock.now });
  onTestFinished(() => store.close());
  return {
    clock,
    read: () => readOutbox({ file, now: clock.now }),
    put: (partition: string, id: string, told: Partial<Notice> = {}) => {
      const device = { deviceId: "n".repeat(43), name: "New phone", platform: "android" } as const;
      const at = new Date(clock.now).toISOString();
      const body: Notice = { schema: 1, at, type: "recovery-waiting", device, to: [OLD], ...told };
      return store.commit(partition, [{ kind: "create", id: `notice:${id}`, body, ttl: NOTICE_TTL }]);
    },
  };
}

it("an outbox is empty before anything was told [H5]", async () => {
  const { read } = await startStore();
  expect(read()).toEqual([]);
});

it("an outbox has the notices of all owners, newest first [H5]", async () => {
  const { clock, read, put } = await startStore();
  await put("alice", "1", { releaseAt: "2026-11-23T08:00:00.000Z" });
  clock.now += 1000;
  await put("bob", "2", { type: "freeze-lifted" });
  // By time, whatever the order of the ids.
  clock.now += 1000;
  await put("alice", "0", { type: "recovery-denied" });
  expect(read()).toEqual([
    entry("alice", "2026-11-22T08:00:02.000Z", "recovery-denied"),
    entry("bob", "2026-11-22T08:00:01.000Z", "freeze-lifted"),
    {
      ...entry("alice", "2026-11-22T08:00:00.000Z", "recovery-waiting"),
      releaseAt: "2026-11-23T08:00:00.000Z",
    },
  ]);
});

it("an outbox shows a notice for 14 days, and no longer [H5]", async () => {
  const { clock, read, put } = await startStore();
  await put("alice", "1");
  clock.now += NOTICE_TTL * 1000 - 1;
  expect(read()).toHaveLength(1);
  clock.now += 1;
  expect(read()).toEqual([]);
});

it.skipIf(process.env.TEST_STORE === "cosmos")(
  "an outbox calls phones as their owners do, and one that was revoked since by its id [H5]",
  async () => {
    const service = await startService();
    const old = await backedUpPhone(service, { name: "Old phone" });
    const gone = await registeredPhone(service, { name: "Lost phone" });
    expectOk(await old.upload(contents));
    const next = await registeredPhone(service, { name: "New phone" });
    expectOk(await next.recover());
    expectOk(await old.revoke(gone.deviceId));
    const answer = await fetch(new URL("/outbox", service.origin), {
      headers: { Accept: "application/json" },
    });
    const { notices } = (await answer.json()) as { readonly notices: readonly OutboxEntry[] };
    expect(notices.filter(({ type }) => type === "recovery-released")).toMatchObject([
      { device: "New phone", to: ["Old phone", gone.deviceId] },
    ]);
  },
);

function entry(owner: string, at: string, type: Notice["type"]) {
  return { owner, at, type, device: "New phone", to: [OLD] };
}
