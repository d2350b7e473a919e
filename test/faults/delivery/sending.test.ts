import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Sent } from "../../../shared/notify/port.ts";
import { ids } from "../../../shared/store/items.ts";
import { StoreUnavailable } from "../../../shared/store/port.ts";
import { fakeNotify, type Message } from "../../support/notify.ts";
import {
  ADDRESS,
  acting,
  CONTACT,
  first,
  NUMBER,
  noticeOf,
  ownerItems,
  putContact,
  putToken,
  second,
  stage,
  TELEPHONE,
  token,
} from "./stage.ts";

const P = "p".repeat(43);
const MINUTE = 60_000;

/** An owner, a notice that was just committed, and platforms that answer so. */
async function committed(answer?: (message: Message) => Sent | Promise<Sent>) {
  const made = await stage();
  const { owner, operations } = ownerItems(P);
  await made.put(P, ...operations);
  const notices = await made.commit(P, noticeOf("n"));
  const platforms = fakeNotify(answer);
  const delivery = made.deliveryOf(platforms.notify);
  return {
    ...made,
    ...platforms,
    owner,
    delivery,
    sendNow: () => delivery.sendNow(notices, owner),
    notice: async () => (await made.noticesOf(P))[0] ?? expect.fail("it is gone"),
  };
}

const to = (deviceId: string) => (message: Message) => message.to === token(deviceId);

describe("a notice that was just committed", () => {
  it("is sent to each phone and contact, under an id of its own, and says nothing but its own id [H5] [I1]", async () => {
    const { sendNow, taken, notice, delivery, pass } = await committed();
    await sendNow();
    const noticeId = "n".padEnd(22, "0");
    const byChannel = (channel: string) =>
      taken
        .filter((message) => message.channel === channel)
        .map(({ to, content }) => [to, JSON.parse(content)]);
    expect(byChannel("push")).toEqual([
      [token(first.deviceId), { kind: "notice", noticeId }],
      [token(second.deviceId), { kind: "notice", noticeId }],
    ]);
    const message = { language: "ja", content: { kind: "notice" } };
    expect(byChannel("mail")).toEqual([[ADDRESS, message]]);
    expect(byChannel("text")).toEqual([[TELEPHONE, message]]);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(4);
    expect(taken.every(({ timeLimit }) => timeLimit <= 2_000)).toBe(true);

    expect(await notice()).toMatchObject({
      outcomes: { [first.deviceId]: "sent", [second.deviceId]: "sent", [CONTACT]: "sent", [NUMBER]: "sent" },
    });
    expect(await notice()).not.toHaveProperty("dueAt");
    pass(24 * 60 * MINUTE);
    await delivery.sweep();
    expect(taken).toHaveLength(4);
  });

  it("is left to a sweep where a platform does not answer in two seconds; the others are not sent twice [I1]", async () => {
    let silent = true;
    const { sendNow, taken, notice, delivery, pass } = await committed(async (message) => {
      if (silent && message.channel === "mail") await new Promise(() => {});
      return { outcome: "sent" };
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const sending = sendNow();
    await vi.advanceTimersByTimeAsync(2_000);
    await sending;
    expect(Object.keys((await notice()).outcomes ?? {})).toHaveLength(3);
    silent = false;
    pass(30_000);
    await delivery.sweep();
    expect(taken.map(({ channel }) => channel).sort()).toEqual(["mail", "push", "push", "text"]);
  });

  it("is marked only by whoever still has it: a sweep that was faster keeps its claim [I1]", async () => {
    const { sendNow, delivery, notice, pass, taken } = await committed();
    pass(30_000);
    await delivery.sweep();
    const before = await notice();
    await sendNow();
    expect(await notice()).toEqual(before);
    // Each message has the id that it had: the phone shows it once, and the platforms send mail and text once.
    expect(new Set(taken.map(({ id }) => id)).size).toBe(4);
  });
});

describe("a target", () => {
  it.each([
    ["busy", { outcome: "busy", retryAfter: 300 }, 5],
    ["without an answer", { outcome: "unknown" }, 1],
    ["refusing because of a key or setting", { outcome: "refused", reason: "request-refused" }, 1],
  ] as const)(
    "is tried again under the same id where the platform is %s [I1]",
    async (_, answer, minutes) => {
      const tried: Message[] = [];
      const { delivery, pass, notice, taken, clock } = await committed((message) => {
        if (!to(first.deviceId)(message)) return { outcome: "sent" };
        tried.push(message);
        return tried.length < 3 ? answer : { outcome: "sent" };
      });
      pass(30_000);
      await delivery.sweep();
      expect(Date.parse((await notice()).dueAt ?? "") - clock.time).toBe(minutes * MINUTE);
      for (let n = 0; n < 2; n++) {
        pass(10 * MINUTE);
        await delivery.sweep();
      }
      expect(tried).toHaveLength(3);
      expect(new Set(tried.map(({ id }) => id)).size).toBe(1);
      expect(taken).toHaveLength(4);
      expect(await notice()).not.toHaveProperty("dueAt");
    },
  );

  it("is given up alone where the platform never takes it, or there is nowhere to send it [I1]", async () => {
    const { store, sendNow, notice, taken } = await committed((message) =>
      message.channel === "text" ? { outcome: "refused", reason: "target-refused" } : { outcome: "sent" },
    );
    await store.commit(P, [{ kind: "delete", id: ids.push(second.deviceId) }]);
    await sendNow();
    expect((await notice()).outcomes).toEqual({
      [first.deviceId]: "sent",
      [second.deviceId]: "unreachable",
      [CONTACT]: "sent",
      [NUMBER]: "refused",
    });
    expect(taken).toHaveLength(2);
  });

  it("whose item can't be read, or opened, holds up no other [I1]", async () => {
    const { store, put, sendNow, notice } = await committed();
    const found = await store.read(P, ids.push(second.deviceId));
    await put(P, {
      kind: "replace",
      id: ids.push(second.deviceId),
      etag: found?.etag ?? "",
      body: { schema: 9 },
    });
    await put(P, { kind: "delete", id: ids.contact(CONTACT) });
    await put(P, { ...putContact("q".repeat(43), CONTACT, "email", ADDRESS) });
    await sendNow();
    expect((await notice()).outcomes).toEqual({ [first.deviceId]: "sent", [NUMBER]: "sent" });
  });

  it("that was revoked, or is a contact that was taken away, gets nothing more [I1]", async () => {
    const { store, put, owner, delivery, pass, notice, taken } = await committed();
    const stored = await store.read(P, ids.owner);
    const next = { ...owner, devices: [acting, first], contacts: owner.contacts?.slice(0, 1) };
    await put(P, { kind: "replace", id: ids.owner, etag: stored?.etag ?? "", body: next });
    pass(30_000);
    await delivery.sweep();
    expect(taken.map((message) => message.to)).toEqual([token(first.deviceId), ADDRESS]);
    expect((await notice()).outcomes).toMatchObject({
      [second.deviceId]: "unreachable",
      [NUMBER]: "unreachable",
    });
  });

  it("of an owner who is erased gets nothing more [H7]", async () => {
    const { store, delivery, pass, taken } = await committed();
    await store.commit(P, [{ kind: "delete", id: ids.owner }]);
    pass(30_000);
    await delivery.sweep();
    expect(taken).toEqual([]);
  });
});

describe("a token", () => {
  const gone = { outcome: "refused", reason: "target-gone" } as const;

  it("is taken away where the platform says surely that it is no more [I1]", async () => {
    const { store, sendNow, notice } = await committed((message) =>
      to(first.deviceId)(message) ? gone : { outcome: "sent" },
    );
    await sendNow();
    expect(await store.read(P, ids.push(first.deviceId))).toBeUndefined();
    expect(await store.read(P, ids.push(second.deviceId))).toBeDefined();
    expect((await notice()).outcomes).toMatchObject({ [first.deviceId]: "unreachable" });
  });

  it.each(["target-refused", "request-refused"] as const)(
    "stays where the platform says anything else: %s [I1]",
    async (reason) => {
      const { store, sendNow } = await committed(() => ({ outcome: "refused", reason }));
      await sendNow();
      expect(await store.read(P, ids.push(first.deviceId))).toBeDefined();
    },
  );

  it("stays where the phone has said a newer one meanwhile, which the notice goes to next [I1]", async () => {
    const made = await committed(async (message) => {
      if (!to(first.deviceId)(message)) return { outcome: "sent" };
      const found = await made.store.read(P, ids.push(first.deviceId));
      const { body } = putToken(P, first, "a newer token") as { body: Record<string, unknown> };
      await made.put(P, { kind: "replace", id: ids.push(first.deviceId), etag: found?.etag ?? "", body });
      return gone;
    });
    await made.sendNow();
    expect(await made.store.read(P, ids.push(first.deviceId))).toBeDefined();
    expect((await made.notice()).outcomes).not.toHaveProperty(first.deviceId);
    made.pass(30_000);
    await made.delivery.sweep();
    expect(made.taken.map((message) => message.to)).toContain("a newer token");
  });

  it("goes with its phone, once that was told that it is revoked; those of the others stay [I1]", async () => {
    const made = await committed();
    const { owner, store } = made;
    const told = { type: "device-revoked", deviceId: second.deviceId } as const;
    const notices = await made.commit(P, noticeOf("r", told));
    await made.delivery.sendNow(notices, { ...owner, devices: [acting, first] });
    expect(made.taken.filter(({ channel }) => channel === "push")).toHaveLength(2);
    expect(await store.read(P, ids.push(second.deviceId))).toBeUndefined();
    expect(await store.read(P, ids.push(first.deviceId))).toBeDefined();
    expect(await store.read(P, ids.contact(CONTACT))).toBeDefined();
  });

  it("that can't be taken away then makes nothing be sent twice [I1]", async () => {
    const made = await committed();
    const { owner } = made;
    const notices = await made.commit(
      P,
      noticeOf("r", { type: "device-revoked", deviceId: second.deviceId }),
    );
    const store = {
      ...made.store,
      commit: (...[partition, operations]: Parameters<typeof made.store.commit>) =>
        operations.some(({ kind }) => kind === "delete")
          ? Promise.reject(new StoreUnavailable(1))
          : made.store.commit(partition, operations),
    };
    const { notify, taken } = fakeNotify();
    const delivery = made.deliveryOf(notify, store);
    await delivery.sendNow(notices, { ...owner, devices: [acting, first] });
    const [, told] = await made.noticesOf(P);
    expect(told).not.toHaveProperty("dueAt");
    expect(taken).toHaveLength(4);
  });

  it("of a contact is no token: its address is left alone [I1]", async () => {
    const { store, sendNow } = await committed(() => gone);
    await sendNow();
    expect(await store.read(P, ids.contact(CONTACT))).toBeDefined();
  });
});

describe("a notice that is given up", () => {
  it("is put off longer each time also where its owner can't be read [I1]", async () => {
    const made = await committed();
    const stored = await made.store.read(P, ids.owner);
    await made.put(P, { kind: "replace", id: ids.owner, etag: stored?.etag ?? "", body: { schema: 9 } });
    for (let minute = 0; minute < 60; minute++) {
      made.pass(MINUTE);
      await made.delivery.sweep();
    }
    expect((await made.notice()).attempts).toBe(6);
    await made.put(P, {
      kind: "replace",
      id: ids.owner,
      etag: (await made.store.read(P, ids.owner))?.etag ?? "",
      body: made.owner,
    });
    made.pass(30 * MINUTE);
    await made.delivery.sweep();
    expect(made.taken).toHaveLength(4);
  });

  it("is dead after ten sweeps, with one line for an alert, and its item stays to be looked at [I1]", async () => {
    const { delivery, pass, notice, lines, taken } = await committed((message) =>
      message.channel === "push" ? { outcome: "unknown" } : { outcome: "sent" },
    );
    for (let minute = 0; minute < 4 * 60; minute++) {
      pass(MINUTE);
      await delivery.sweep();
    }
    expect((await notice()).outcomes).toEqual({
      [first.deviceId]: "dead",
      [second.deviceId]: "dead",
      [CONTACT]: "sent",
      [NUMBER]: "sent",
    });
    expect(taken).toHaveLength(2);
    const alerts = lines.filter(({ level }) => level === "error");
    expect(
      alerts.map(
        (line) =>
          "operation" in line && [
            line.operation,
            "code" in line ? line.code : undefined,
            "dead" in line ? line.dead : undefined,
          ],
      ),
    ).toEqual([
      ["notice-send", "notice-dead", undefined],
      ["notices-sweep", undefined, 1],
    ]);
  });
});

describe("the notice of an erasure", () => {
  const erased = () => {
    const body = (operation: ReturnType<typeof putToken>) => ("body" in operation ? operation.body : {});
    const { schema: _, at: __, ...phone } = body(putToken(P, first)) as never as Record<string, never>;
    const {
      schema: ___,
      hint: ____,
      ...mail
    } = body(putContact(P, CONTACT, "email", ADDRESS)) as never as Record<string, never>;
    return noticeOf("e", {
      type: "erased",
      to: [first.deviceId],
      contacts: [CONTACT],
      kept: { [first.deviceId]: phone, [CONTACT]: mail } as never,
    });
  };

  it("is sent with what it has kept, and is gone then: nothing is left of its owner [H7]", async () => {
    const made = await stage();
    const { notify, taken } = fakeNotify();
    const notices = await made.commit(P, erased());
    await made.deliveryOf(notify).sendNow(notices, undefined);
    expect(taken.map((message) => message.to)).toEqual([token(first.deviceId), ADDRESS]);
    expect(await made.store.list(P, "")).toEqual([]);
  });

  it("is tried on while it can't be, and is gone after a day, sent or not [H7]", async () => {
    const made = await stage();
    const { notify, taken } = fakeNotify(() => ({ outcome: "unknown" }));
    await made.commit(P, erased());
    const delivery = made.deliveryOf(notify);
    for (let minute = 0; minute < 4 * 60; minute++) {
      made.pass(MINUTE);
      await delivery.sweep();
    }
    expect(taken).toEqual([]);
    expect(await made.store.list(P, "")).toEqual([]);
    expect(made.lines).toContainEqual(expect.objectContaining({ code: "notice-dead", notice: "erased" }));
    await made.commit(P, erased());
    made.pass(24 * 60 * MINUTE);
    expect(await made.store.list(P, "")).toEqual([]);
  });
});
