import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { issuerIdentifier } from "../../../local/issuer/settings.ts";
import { partitionOf } from "../../../shared/acts/activations.ts";
import { ids } from "../../../shared/store/items.ts";
import {
  expectOk,
  registeredPhone,
  type ServiceOptions,
  startService,
  type TestService,
} from "../../support/service.ts";
import {
  change,
  codeAt,
  holds,
  OTHER_TENANT,
  problemIn,
  providerOf,
  serviceKeyOf,
  tenantApp,
} from "./stage.ts";

const ISSUER = issuerIdentifier("personal", "oidc");
const SUBJECT = "alice";

const secretOf = (name: string) => createHash("sha256").update(name).digest();

/** The partition of a subject in the second container. */
async function partitionFor(service: TestService, subject = SUBJECT): Promise<string> {
  const partition = await partitionOf({ serviceKey: serviceKeyOf(service) }, ISSUER, subject);
  return partition;
}

/** An owner whose two phones hold one personal account, each with a secret of its own. */
async function stageOf(options: ServiceOptions = {}) {
  const service = await startService(options);
  const provider = providerOf(service);
  const partition = await partitionFor(service);
  const phones = [await registeredPhone(service), await registeredPhone(service)] as const;
  const secrets = [secretOf("first"), secretOf("second")] as const;
  const held = [
    await holds(service, phones[0], partition, { otp: secrets[0], tenant: null }),
    await holds(service, phones[1], partition, { otp: secrets[1], tenant: null }),
  ] as const;
  const verify = (code: string, subject = SUBJECT) => provider.verify({ issuer: ISSUER, subject, code });
  const code = (phone: 0 | 1, secondsAhead = 0) =>
    codeAt(secrets[phone], service.now() + secondsAhead * 1000);
  return { service, provider, partition, phones, held, verify, code };
}

/** Another code than that of any phone now. */
const wrong = (right: string) => (right === "00000000" ? "11111111" : "00000000");

const isValid = async (answer: Promise<{ readonly status: number; readonly body: unknown }>) => {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBe(200);
  return (body as { readonly valid: boolean }).valid;
};

describe("a one-time code of a personal account", () => {
  it("is valid from each of its phones, at one instant, and never twice [D9] [D10]", async () => {
    const { verify, code } = await stageOf();
    expect(code(0)).not.toBe(code(1));
    expect(await isValid(verify(code(0)))).toBe(true);
    expect(await isValid(verify(code(1)))).toBe(true);
    expect(await isValid(verify(code(0)))).toBe(false);
    expect(await isValid(verify(code(1)))).toBe(false);
  });

  it("is valid once for two requests that have both found it right [D10]", async () => {
    let [found, watched] = [0, "no phone yet"];
    const both = Promise.withResolvers<void>();
    const { phones, verify, code } = await stageOf({
      wrap: ({ store, ...rest }) => ({
        ...rest,
        store: {
          ...store,
          read: async (...call) => {
            const item = await store.read(...call);
            if (!call[1].startsWith(watched)) return item;
            // The first request to read the phone's credential goes on when the second has.
            if (++found === 2) both.resolve();
            await both.promise;
            return item;
          },
        },
      }),
    });
    watched = ids.credential(phones[0].deviceId, "");
    const answers = await Promise.all([verify(code(0)), verify(code(0))]);
    expect(answers.map(({ body }) => body.valid).toSorted()).toEqual([false, true]);
  });

  it.each([
    [-60, false],
    [-30, true],
    [0, true],
    [30, true],
    [60, false],
  ])("of %i seconds from now: %s", async (seconds, valid) => {
    const { verify, code } = await stageOf();
    expect(await isValid(verify(code(0, seconds)))).toBe(valid);
  });

  it("that is older than one that was used is not valid any more", async () => {
    const { verify, code } = await stageOf();
    expect(await isValid(verify(code(0, 30)))).toBe(true);
    expect(await isValid(verify(code(0)))).toBe(false);
    expect(await isValid(verify(code(1)))).toBe(true);
  });

  it("is taken as it was typed", async () => {
    const { verify, code } = await stageOf();
    const digits = code(0);
    const fullWidth = digits.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
    expect(await isValid(verify(`${fullWidth.slice(0, 4)} ${fullWidth.slice(4)}`))).toBe(true);
  });

  it("is valid until its phone is revoked, or its credential is [D10]", async () => {
    const { service, phones, held, verify, code } = await stageOf();
    expectOk(await phones[0].revoke(phones[0].deviceId));
    expect(await isValid(verify(code(0)))).toBe(false);
    // Whoever holds it registers it again: it has nothing of what was verified on it.
    expectOk(await phones[0].register());
    expect(await isValid(verify(code(0)))).toBe(false);
    const { userId, deviceId, ref } = held[1];
    await change(service, "store", userId, ids.credential(deviceId, ref), (body) => ({
      ...body,
      revokedAt: body.verifiedAt,
    }));
    expect(await isValid(verify(code(1)))).toBe(false);
  });

  it("is asked for by who issues the account alone, and no other issuer can be told from none", async () => {
    const { service, provider, verify, code } = await stageOf();
    const stranger = providerOf(service, tenantApp(OTHER_TENANT));
    const asks = [
      stranger.verify({ issuer: ISSUER, subject: SUBJECT, code: code(0) }),
      provider.verify({ issuer: "https://no.such.issuer.example", subject: SUBJECT, code: code(0) }),
      provider.verify({
        issuer: issuerIdentifier("work-or-school", "oidc"),
        subject: SUBJECT,
        code: code(0),
      }),
      provider.verify({ issuer: issuerIdentifier("personal", "entra"), subject: SUBJECT, code: code(0) }),
    ];
    const answers = (await Promise.all(asks)).map(({ status, body: { instance: _, ...body } }) => ({
      status,
      body,
    }));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ status: 403, body: { code: "issuer-refused" } });
    expect(await isValid(verify(code(0)))).toBe(true);
  });
});

describe("wrong one-time codes", () => {
  it("lock a subject after five in a quarter of an hour, for twice as long each time", async () => {
    const { service, verify, code } = await stageOf();
    for (const minutes of [15, 30, 60]) {
      for (let n = 0; n < 5; n++) expect(await isValid(verify(wrong(code(0))))).toBe(false);
      const { status, headers, body } = await verify(code(0));
      expect([status, body.code]).toEqual([429, "codes-locked"]);
      expect(Date.parse(body.retryAt)).toBe(service.now() + minutes * 60_000);
      expect(headers.get("Retry-After")).toBe(String(minutes * 60));
      service.advance(minutes * 60 - 0.001);
      expect(problemIn(await verify(code(0))).code).toBe("codes-locked");
      service.advance(0.001);
    }
    expect(await isValid(verify(code(0)))).toBe(true);
  });

  it("answer a right and a wrong code alike while it is locked, which neither counts nor uses up", async () => {
    const { service, partition, verify, code } = await stageOf();
    for (let n = 0; n < 5; n++) await verify(wrong(code(0)));
    const stored = async () => JSON.stringify(await service.adapters.activations.list(partition, ""));
    const before = await stored();
    const [right, other] = (await Promise.all([verify(code(0)), verify(wrong(code(0)))])).map(
      ({ status, headers, body: { instance: _, ...body } }) => ({
        status,
        retryAfter: headers.get("Retry-After"),
        body,
      }),
    );
    expect(right).toEqual(other);
    expect(await stored()).toBe(before);
  });

  it("of a subject that nobody has are counted and answered alike", async () => {
    const { verify, code } = await stageOf();
    const tell = async (subject: string) => {
      const { status, body } = await verify(wrong(code(0)), subject);
      const { instance: _, ...rest } = body;
      return { status, ...rest };
    };
    for (let n = 0; n < 7; n++) expect(await tell("nobody")).toEqual(await tell(SUBJECT));
    expect(await tell("nobody")).toMatchObject({ code: "codes-locked" });
  });

  it("are forgotten after a right one", async () => {
    const { verify, code } = await stageOf();
    for (let n = 0; n < 4; n++) await verify(wrong(code(0)));
    expect(await isValid(verify(code(0)))).toBe(true);
    for (let n = 0; n < 5; n++) expect(await isValid(verify(wrong(code(1))))).toBe(false);
    expect(problemIn(await verify(code(1))).code).toBe("codes-locked");
  });

  it("that come at once are no more than five that are looked at", async () => {
    const { verify, code } = await stageOf();
    const right = code(0);
    const answers = await Promise.all(Array.from({ length: 30 }, () => verify(wrong(right))));
    const lookedAt = answers.filter(({ status }) => status === 200);
    expect(lookedAt.length).toBeGreaterThan(0);
    expect(lookedAt.length).toBeLessThanOrEqual(5);
  });

  it("a hundred in a row close a subject, until one of its phones has answered a push", async () => {
    const { service, partition, held, verify, code } = await stageOf();
    await verify(wrong(code(0)));
    await change(service, "activations", partition, ids.codeTries, (tries) => ({ ...tries, row: 99 }));
    expect(await isValid(verify(wrong(code(0))))).toBe(false);
    service.advance(30 * 86_400);
    expect(problemIn(await verify(code(0)))).toEqual({ status: 409, code: "codes-closed" });
    const { userId, deviceId } = held[0];
    const at = new Date(service.now()).toISOString();
    await change(service, "activations", partition, ids.holder(userId, deviceId), (body) => ({
      ...body,
      at,
    }));
    expect(await isValid(verify(code(0)))).toBe(true);
  });
});
