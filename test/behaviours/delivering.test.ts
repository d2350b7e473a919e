import { describe, expect, it } from "vitest";
import type { Sent } from "../../shared/notify/port.ts";
import { nothing } from "../http/cost.ts";
import { fakeNotify, type Message } from "../support/notify.ts";
import { heldOf, userIdOf } from "../support/partition.ts";
import { giveContact, giveToken, tokenOf } from "../support/reached.ts";
import { expectOk, registeredPhone, type TestPhone } from "../support/service.ts";
import { allNoticesOf, DAY, MINUTE, newPhone, noticesOf, recovered, startStage, waiting } from "./stage.ts";

const ADDRESS = "alice.anderson@example.com";
const TELEPHONE = "+46701740605";

/** An owner with a backup, a trusted phone and a registered one, and contacts; all of them can be reached. */
async function reachable(answer?: (message: Message) => Sent | Promise<Sent>, wait = 0) {
  const platforms = fakeNotify(answer);
  const stage = await startStage({
    wait,
    settings: { TEXT_PREFIXES: "+46" },
    wrap: (adapters) => ({ ...adapters, notify: platforms.notify }),
  });
  const { service, old, next } = stage;
  for (const phone of [old, next]) await giveToken(service, phone);
  await giveContact(service, old, { kind: "email", address: ADDRESS });
  await giveContact(service, old, { kind: "phone", address: TELEPHONE });
  return { ...stage, ...platforms };
}

const everybody = (...phones: readonly TestPhone[]) => [...phones.map(tokenOf), ADDRESS, TELEPHONE].sort();

const told = (taken: readonly Message[]) => taken.map(({ to }) => to).sort();

describe("what happens to a backup", () => {
  it("is told to every other phone and every contact before the request is answered [H5]", async () => {
    const { service, old, next, taken } = await reachable();
    const thief = await newPhone(service, { name: "Thief's phone" });
    expect(told(taken)).toEqual(everybody(old, next));
    await giveToken(service, thief);
    taken.length = 0;
    await recovered(thief);
    expect(told(taken)).toEqual(everybody(old, next));
    taken.length = 0;
    expectOk(await old.choosePolicy({ waitingSeconds: DAY }));
    expect(told(taken)).toEqual(everybody(next, thief));
  });

  it("is told with a notice's id alone: no name, reference, owner or address [H5] [C4]", async () => {
    const { service, old, next, taken } = await reachable();
    await recovered(next);
    expectOk(await old.exportAll());
    expect(await allNoticesOf(service, old)).toHaveLength(3);
    expect(taken.length).toBeGreaterThan(0);
    for (const { channel, content } of taken) {
      expect(JSON.parse(content)).toEqual(
        channel === "push"
          ? { kind: "notice", noticeId: expect.stringMatching(/^[\w-]{22}$/) }
          : { language: "en", content: { kind: "notice" } },
      );
    }
    const said = JSON.stringify([taken.map(({ content }) => content), service.noticeLines, service.lines]);
    for (const secret of [userIdOf(old), ADDRESS, TELEPHONE, tokenOf(old), "alice.anderson", "New phone"]) {
      expect(said).not.toContain(secret);
    }
    expect(service.noticeLines).toEqual([]);
  });

  it("is told to the phone that is revoked, and nothing more after that [H5] [I1]", async () => {
    const { service, old, next, taken } = await reachable();
    expectOk(await old.revoke(next.deviceId));
    expect(told(taken)).toEqual(everybody(next));
    taken.length = 0;
    expectOk(await old.exportAll());
    service.advance(MINUTE);
    await service.sweep();
    expect(told(taken)).toEqual([ADDRESS, TELEPHONE].sort());
  });

  it("is done, and told later, where no platform answers; it is told once [I1] [G2]", async () => {
    let isDown = true;
    const { service, old, next, taken } = await reachable(() =>
      isDown ? { outcome: "busy", retryAfter: 1 } : { outcome: "sent" },
    );
    await recovered(next);
    expect(taken).toEqual([]);
    for (let minute = 0; minute < 10; minute++) {
      service.advance(MINUTE);
      await service.sweep();
    }
    isDown = false;
    for (let minute = 0; minute < 20; minute++) {
      service.advance(MINUTE);
      await service.sweep();
    }
    expect(told(taken)).toEqual(everybody(old));
    expect(service.noticeLines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("is in the status still where it could be told to nobody: the notice is dead, with an alert [I1] [H5]", async () => {
    const { service, old, next, taken } = await reachable(() => ({ outcome: "unknown" }), DAY);
    const recoveryId = await waiting(next);
    for (let minute = 0; minute < 4 * 60; minute++) {
      service.advance(MINUTE);
      await service.sweep();
    }
    expect(taken).toEqual([]);
    const notices = await noticesOf(service, old);
    expect(notices.flatMap(({ outcomes }) => Object.values(Object(outcomes)))).not.toContain("sent");
    expect(service.noticeLines).toContainEqual(
      expect.objectContaining({ code: "notice-dead", level: "error", notice: "recovery-waiting" }),
    );
    await old.signIn();
    expect(await old.status()).toMatchObject({ body: { recoveries: [{ recoveryId, state: "waiting" }] } });
  });

  it("costs the store 2 lists and 1 write a notice to tell, apart from the request [I6]", async () => {
    const { service, old } = await reachable();
    const { counts, notices } = await service.counted(() => old.choosePolicy({ waitingSeconds: DAY }));
    expect(counts).toEqual({ ...nothing, read: 1, commit: 1 });
    expect(notices).toEqual({ list: 2, commit: 1 });
    const later = await service.counted(() => service.sweep());
    expect(later).toMatchObject({ counts: nothing, notices: { list: 0, commit: 0 } });
  });
});

describe("an erasure", () => {
  it("is told to every other phone and every contact, and leaves nothing then [H7] [H5]", async () => {
    const { service, old, next, taken } = await reachable();
    const of = userIdOf(old);
    expectOk(await old.erase());
    expect(told(taken)).toEqual(everybody(next));
    expect(await heldOf(service.adapters.store, of)).toEqual([]);
    const [push] = taken.filter(({ channel }) => channel === "push");
    expect(JSON.parse(push?.content ?? "")).toEqual({
      kind: "notice",
      noticeId: expect.stringMatching(/^[\w-]{22}$/),
    });
  });

  it("leaves its notice, encrypted, until it is sent; and an erasure after it, too [H7] [H5]", async () => {
    let isDown = true;
    const { service, old, next, taken } = await reachable(() =>
      isDown ? { outcome: "unknown" } : { outcome: "sent" },
    );
    const of = userIdOf(old);
    expectOk(await old.erase());
    const left = await heldOf(service.adapters.store, of);
    expect(left.map(({ id, body }) => [id.split(":")[0], body.type])).toEqual([["notice", "erased"]]);
    const stored = JSON.stringify(left);
    for (const clear of ["Old phone", "New phone", ADDRESS, TELEPHONE, tokenOf(next), "•••"]) {
      expect(stored).not.toContain(clear);
    }

    service.advance(MINUTE);
    expectOk(await (await registeredPhone(service)).erase());
    isDown = false;
    service.advance(MINUTE);
    await service.sweep();
    expect(told(taken)).toEqual(everybody(next));
    expect(await heldOf(service.adapters.store, of)).toEqual([]);
  });

  it("leaves nothing where nobody else can be told of it [H7]", async () => {
    const { service, old } = await startStage();
    const of = userIdOf(old);
    expectOk(await old.erase());
    expect(await heldOf(service.adapters.store, of)).toEqual([]);
  });
});
