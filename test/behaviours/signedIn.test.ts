import { describe, expect, it } from "vitest";
import { endpoints } from "../../functions/endpoints.ts";
import { isForPhones } from "../../shared/http/endpoint.ts";
import { contents } from "../support/accounts.ts";
import {
  backedUpPhone,
  expectOk,
  phoneOf,
  problemOf,
  registeredPhone,
  startService,
  type TestPhone,
} from "../support/service.ts";

const storageSecret = new Uint8Array(32).fill(7);

describe("somebody who may not recover because of who they are", () => {
  it.each([
    ["no token", undefined, "token-missing"],
    ["what is no token", "Bearer garbage", "token-invalid"],
  ])("is told that they are not signed in: %s [G3]", async (_, Authorization, code) => {
    const { next } = await startWithBackup();
    const refused = problemOf(await next.recover({}, { headers: { Authorization } }));
    expect(refused).toMatchObject({ status: 401, code, remedy: "sign-in" });
  });

  it("is told that the sign-in is over [G3]", async () => {
    const { service, next } = await startWithBackup();
    service.advance(3700);
    const refused = await next.recover();
    expect(problemOf(refused)).toMatchObject({ status: 401, code: "token-expired", remedy: "sign-in" });
  });

  it("is told that it is a work or school account [G3]", async () => {
    const { next } = await startWithBackup();
    await next.signIn({ kind: "work-or-school" });
    expect(problemOf(await next.recover())).toMatchObject({
      status: 403,
      code: "work-account-refused",
      remedy: "use-personal-account",
    });
  });

  it("is told that this account has no backup, which is all that a stranger learns [G3] [D5]", async () => {
    const { service } = await startWithBackup();
    const stranger = await registeredPhone(service, { owner: "mallory", platform: "ios", storageSecret });
    expect(problemOf(await stranger.recover())).toMatchObject({ status: 404, code: "backup-none" });
  });

  it("is told that it is another storage account [G3]", async () => {
    const { service } = await startWithBackup();
    const other = await registeredPhone(service, {
      platform: "ios",
      storageSecret: new Uint8Array(32).fill(8),
    });
    expect(problemOf(await other.recover())).toMatchObject({
      status: 403,
      code: "storage-account-mismatch",
      remedy: "use-original-storage-account",
    });
  });
});

describe("an administrator", () => {
  const routes = endpoints.filter(isForPhones);

  it.each([
    ["work-or-school", "work-account-refused"],
    ["operator", "operator-refused"],
    ["provider", "provider-refused"],
  ] as const)("with a token of the kind %s gets 403 on every route of an owner [C5]", async (kind, code) => {
    const { old } = await startWithBackup();
    await old.signIn({ kind });
    const answers = await Promise.all(routes.map((endpoint) => ask(old, endpoint)));
    expect(answers).toEqual(routes.map(({ declaration: { name } }) => ({ name, status: 403, code })));
  });

  it.each(["work-or-school", "operator", "provider"] as const)(
    "with a token of the kind %s is told the same whether there is a backup or not [C5]",
    async (kind) => {
      const { service, old } = await startWithBackup();
      const nobody = await phoneOf(service, { owner: "somebody new" });
      const said = await Promise.all(
        [old, nobody].map(async (phone) => {
          await phone.signIn({ kind });
          const { instance: _, ...problem } = problemOf(await phone.status());
          return problem;
        }),
      );
      expect(said[0]).toEqual(said[1]);
    },
  );

  it("has no route that takes an owner's name, so that nobody can be asked about", () => {
    const parameters = endpoints.flatMap(({ declaration: { route } }) => route.match(/\{\w+\}/g) ?? []);
    expect(new Set(parameters)).toEqual(
      new Set([
        "{activationId}",
        "{challengeId}",
        "{code}",
        "{contactId}",
        "{credentialId}",
        "{deviceId}",
        "{prefix}",
        "{recoveryId}",
        "{version}",
      ]),
    );
  });
});

/** Asks one route as this phone, with what the path needs to be found. */
async function ask(phone: TestPhone, { declaration }: (typeof endpoints)[number]) {
  const { name, method, route, body } = declaration;
  const path = `/v1/${route.replace("{version}", "1").replace(/\{\w+\}/, phone.deviceId)}`;
  const answer = await phone.send({ method, path, body: body && {} });
  return { name, status: answer.status, code: Object(answer.body).code };
}

/** An iOS phone with a backup, and a new one of the same owner. */
async function startWithBackup() {
  const service = await startService();
  const old = await backedUpPhone(service, { platform: "ios", storageSecret });
  expectOk(await old.upload(contents));
  const next = await registeredPhone(service, { platform: "ios", storageSecret });
  return { service, old, next };
}
