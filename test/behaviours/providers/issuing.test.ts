import { describe, expect, it } from "vitest";
import { findActivation } from "../../../shared/acts/activations.ts";
import { PLACE_OF_ACTIVATION_CODE } from "../../../shared/keys/places.ts";
import { ids } from "../../../shared/store/items.ts";
import { registeredPhone, startService, type TestService } from "../../support/service.ts";
import {
  ASKED,
  accountKey,
  claimed,
  goesOn,
  OTHER_TENANT,
  placeIn,
  problemIn,
  providerOf,
  pushed,
  put,
  SUBJECT,
  serviceKeyOf,
  TENANT,
  tenantApp,
} from "./stage.ts";

const KEY = "one-and-the-same-key";

/** Which activation a phone would find by a code. */
async function found(service: TestService, code: string) {
  return await findActivation({ ...service.adapters, serviceKey: serviceKeyOf(service) }, code);
}

async function stored({ adapters }: TestService, activationId: string): Promise<string> {
  return JSON.stringify(await adapters.activations.list(placeIn(activationId).partition, ""));
}

describe("a provider issues a code", () => {
  it.each([
    ["self-service", 600],
    ["administrator", 86_400],
  ])("on its page %s, good for %i seconds, to be typed or scanned [E5] [E7]", async (route, seconds) => {
    const service = await startService();
    const { status, body } = await providerOf(service).issue({ route });
    expect(status).toBe(201);
    expect(body.code).toMatch(/^\d{12}$/);
    expect(body.qr).toBe(`${service.origin}/activate#1.${body.code}`);
    expect(Date.parse(body.expiresAt)).toBe(service.now() + seconds * 1000);
    const { found: activation, isLast } = (await found(service, body.code)) ?? expect.fail("not found");
    expect([`${activation.partition}.${activation.id}`, isLast]).toEqual([body.activationId, true]);
    expect(activation.item).toMatchObject({ route, tenant: TENANT, showNumber: route === "self-service" });
  });

  it.each([
    ["an organization", 128, (text: string) => ({ account: { organization: text, userName: "alice" } })],
    ["a user name", 254, (text: string) => ({ account: { organization: "Fabrikam", userName: text } })],
    ["a subject", 128, (text: string) => ({ subject: text })],
  ])("for no longer name than a phone can back up: %s of %i characters [E10]", async (_, most, changes) => {
    const provider = providerOf(await startService());
    expect((await provider.issue(changes("a".repeat(most)))).status).toBe(201);
    const refused = await provider.issue(changes("a".repeat(most + 1)));
    expect(problemIn(refused)).toEqual({ status: 400, code: "body-invalid" });
  });

  it("for a subject that nobody has as for any other, and keeps no name of it [E15] [C4]", async () => {
    const service = await startService();
    const { body } = await providerOf(service).issue();
    const text = await stored(service, body.activationId);
    for (const name of [SUBJECT, body.code, ...Object.values(ASKED.account)])
      expect(text).not.toContain(name);
  });

  it("with a number or without, as it says [E13]", async () => {
    const service = await startService();
    const provider = providerOf(service);
    for (const route of ["self-service", "administrator"]) {
      for (const showNumber of [true, false]) {
        const { body } = await provider.issue({ route, showNumber });
        expect((await found(service, body.code))?.found.item.showNumber).toBe(showNumber);
      }
    }
  });

  it("again with the same key: another code for the same activation, and the first is superseded [E11]", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const first = await provider.issue({}, { key: KEY });
    service.advance(60);
    const second = await provider.issue({}, { key: KEY });
    expect(second.status).toBe(201);
    expect(second.body.activationId).toBe(first.body.activationId);
    expect(second.body.code).not.toBe(first.body.code);
    // What was lost on the way is made good, not prolonged.
    expect(second.body.expiresAt).toBe(first.body.expiresAt);
    expect((await found(service, first.body.code))?.isLast).toBe(false);
    expect((await found(service, second.body.code))?.isLast).toBe(true);
  });

  it("once for requests that come at the same time with one key: one code of theirs is good", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const all = await Promise.all(Array.from({ length: 3 }, () => provider.issue({}, { key: KEY })));
    const issued = all.filter(({ status }) => status === 201);
    expect(issued.length).toBeGreaterThan(0);
    expect(new Set(issued.map(({ body }) => body.activationId)).size).toBe(1);
    const good = await Promise.all(issued.map(async ({ body }) => (await found(service, body.code))?.isLast));
    expect(good.filter(Boolean)).toHaveLength(1);
  });

  it("of which alone one is good: what another request made at the same time, and never gave out, is not [E11]", async () => {
    const service = await startService();
    const { body } = await providerOf(service).issue();
    const activation = placeIn(body.activationId);
    const [hmac = ""] = await serviceKeyOf(service).codes(PLACE_OF_ACTIVATION_CODE, "000000000000");
    const pointer = { schema: 1, activation, generation: 1 };
    await put(service, hmac, [{ kind: "create", id: ids.activationCode, body: pointer }]);
    expect((await found(service, "000000000000"))?.isLast).toBe(false);
    expect((await found(service, body.code))?.isLast).toBe(true);
  });

  it("for another subject, name or route not with a key that was used, but with the same in another organization", async () => {
    const service = await startService();
    const provider = providerOf(service);
    await provider.issue({}, { key: KEY });
    const others = [
      { subject: "somebody else" },
      { route: "administrator" },
      { account: { ...ASKED.account, userName: "bob@contoso.example" } },
    ];
    for (const changes of others) {
      const answer = await provider.issue(changes, { key: KEY });
      expect(problemIn(answer)).toEqual({ status: 422, code: "idempotency-key-reused" });
    }
    const other = await provider.issue({}, { key: KEY, token: tenantApp(OTHER_TENANT) });
    expect(other.status).toBe(201);
  });

  it("not again once a phone has claimed it, it is over or cancelled [E11]", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const phone = await registeredPhone(service);
    const refusedIn = async (key: string) => {
      const { status, body } = await provider.issue({}, { key });
      return [status, body.code, body.state];
    };

    const first = await provider.issue({}, { key: `${KEY}-1` });
    await claimed(service, phone, first.body.activationId);
    expect(await refusedIn(`${KEY}-1`)).toEqual([409, "activation-not-open", "claimed"]);

    const second = await provider.issue({}, { key: `${KEY}-2` });
    await provider.cancel(second.body.activationId);
    expect(await refusedIn(`${KEY}-2`)).toEqual([409, "activation-not-open", "cancelled"]);

    await provider.issue({}, { key: `${KEY}-3` });
    service.advance(600);
    expect(await refusedIn(`${KEY}-3`)).toEqual([409, "activation-not-open", "expired"]);
  });

  it("five times for one subject, until one is cancelled, claimed or over", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const phone = await registeredPhone(service);
    const issue = () => provider.issue();
    const made: string[] = [];
    for (let n = 0; n < 5; n++) {
      service.advance(1);
      made.push((await issue()).body.activationId);
    }
    const [first = "", second = ""] = made;
    const { status, body } = await issue();
    expect([status, body.code, body.limit]).toEqual([429, "too-many-activations", 5]);
    expect(Date.parse(body.freesAt)).toBe(service.now() + 596_000);
    expect((await provider.issue({ subject: "somebody else" })).status).toBe(201);

    await provider.cancel(first);
    expect((await issue()).status).toBe(201);
    expect(problemIn(await issue()).code).toBe("too-many-activations");
    await claimed(service, phone, second);
    expect((await issue()).status).toBe(201);
    expect(problemIn(await issue()).code).toBe("too-many-activations");
    service.advance(600);
    expect((await issue()).status).toBe(201);
  });

  it("five times also of ten at once", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const open = () => provider.issue();
    const issued = [];
    // Whoever is told that the service is busy comes back.
    for (let round = 0; round < 10 && issued.length < 6; round++) {
      const answers = await Promise.all(Array.from({ length: 10 }, open));
      issued.push(...answers.filter(({ status }) => status === 201));
      expect(answers.every(({ status }) => [201, 429, 503].includes(status))).toBe(true);
      if (answers.every(({ status }) => status === 429)) break;
    }
    expect(issued).toHaveLength(5);
  });
});

describe("how an activation stands", () => {
  it("is told from its issue to the account's key, and of the owner nothing [E6] [E13] [E15]", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const phone = await registeredPhone(service);
    const { body } = await provider.issue();
    const { activationId } = body;
    const seen: string[] = [];
    const read = async () => {
      const answer = await provider.read(activationId);
      expect(answer.headers.get("Retry-After")).toBe("2");
      seen.push(JSON.stringify(answer.body), JSON.stringify([...answer.headers]));
      return answer.body;
    };
    expect(await read()).toEqual({ activationId, state: "issued", expiresAt: body.expiresAt });
    const { challengeId, ref } = await claimed(service, phone, activationId);
    expect(await read()).toMatchObject({ state: "claimed" });
    await goesOn(service, phone, challengeId, { push: pushed(service) });
    expect(await read()).toEqual({
      activationId,
      state: "confirming",
      number: 47,
      expiresAt: body.expiresAt,
    });
    const credential = { id: "A".repeat(22), publicKey: accountKey() };
    await goesOn(service, phone, challengeId, { ended: "verified", credential });
    expect(await read()).toEqual({
      activationId,
      state: "verified",
      expiresAt: body.expiresAt,
      credentialId: `${placeIn(activationId).partition}.${credential.id}`,
      publicKey: credential.publicKey,
    });
    const { deviceId } = phone;
    const userId = phone.state().owner?.userId ?? "";
    for (const secret of [userId, deviceId, challengeId, ref, "alice", "Pixel"]) {
      expect(seen.join("\n")).not.toContain(secret);
    }
  });

  it.each([
    ["was refused on the phone", { ended: "refused" }, "refused", "refused"],
    ["was cancelled on the phone", { ended: "cancelled" }, "claimed", "expired"],
    ["was not finished in its hour", { expiresAt: "2026-11-22T08:00:00.000Z" }, "claimed", "expired"],
  ])("says that its challenge %s [E15]", async (_, challenge, state, later) => {
    const service = await startService();
    const provider = providerOf(service);
    const { activationId } = (await provider.issue()).body;
    await claimed(service, await registeredPhone(service), activationId, challenge);
    expect((await provider.read(activationId)).body.state).toBe(state);
    service.advance(600);
    expect((await provider.read(activationId)).body.state).toBe(later);
  });

  it("goes by the challenge that is open on the phone, while that has its phone", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const phone = await registeredPhone(service);
    const [one, other] = [await provider.issue(), await provider.issue()];
    await claimed(service, phone, one.body.activationId, { push: pushed(service) });
    expect((await provider.read(one.body.activationId)).body.state).toBe("confirming");
    await claimed(service, phone, other.body.activationId, { push: pushed(service) });
    // The first challenge ended with the second: no number of it may be typed any more.
    const { state, number } = (await provider.read(one.body.activationId)).body;
    expect([state, number]).toEqual(["claimed", undefined]);
    expect((await provider.read(other.body.activationId)).body.state).toBe("confirming");
  });

  it("is expired when its time is over, and unknown a day later", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const { activationId } = (await provider.issue()).body;
    service.advance(599.999);
    expect((await provider.read(activationId)).body.state).toBe("issued");
    service.advance(0.001);
    expect((await provider.read(activationId)).body.state).toBe("expired");
    service.advance(86_400);
    expect(problemIn(await provider.read(activationId)).code).toBe("activation-not-found");
  });

  it("is as unknown to another organization as if there were none [E15]", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const stranger = providerOf(service, tenantApp(OTHER_TENANT));
    const { activationId } = (await provider.issue()).body;
    const none = `${"A".repeat(43)}.${"B".repeat(22)}`;
    const withoutInstance = ({
      body: { instance: _, ...rest },
      status,
    }: Awaited<ReturnType<typeof stranger.read>>) => ({
      status,
      ...rest,
    });
    for (const ask of [stranger.read, stranger.cancel]) {
      expect(withoutInstance(await ask(activationId))).toEqual(withoutInstance(await ask(none)));
    }
    expect((await provider.read(activationId)).body.state).toBe("issued");
  });
});

describe("cancelling an activation", () => {
  it("ends it, and a repeat is harmless", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const { activationId } = (await provider.issue()).body;
    expect((await provider.cancel(activationId)).status).toBe(204);
    const before = await stored(service, activationId);
    expect((await provider.cancel(activationId)).status).toBe(204);
    expect(await stored(service, activationId)).toBe(before);
    expect((await provider.read(activationId)).body.state).toBe("cancelled");
  });

  it("is refused while a phone verifies the account with it: the provider must know that it goes on", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const phone = await registeredPhone(service);
    const { activationId } = (await provider.issue()).body;
    const { challengeId } = await claimed(service, phone, activationId);
    const refusal = async () => {
      const { status, body } = await provider.cancel(activationId);
      return [status, body?.code, body?.state];
    };
    expect(await refusal()).toEqual([409, "activation-not-open", "claimed"]);
    await goesOn(service, phone, challengeId, { push: pushed(service) });
    expect(await refusal()).toEqual([409, "activation-not-open", "confirming"]);
    await goesOn(service, phone, challengeId, { ended: "verified" });
    expect(await refusal()).toEqual([409, "activation-not-open", "verified"]);
    await goesOn(service, phone, challengeId, { ended: "refused" });
    expect((await provider.cancel(activationId)).status).toBe(204);
    expect((await provider.read(activationId)).body.state).toBe("refused");
  });

  it("ends one whose challenge came to nothing: no other challenge may follow", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const { activationId } = (await provider.issue()).body;
    await claimed(service, await registeredPhone(service), activationId, { ended: "cancelled" });
    expect((await provider.cancel(activationId)).status).toBe(204);
    expect((await provider.read(activationId)).body.state).toBe("cancelled");
  });
});
