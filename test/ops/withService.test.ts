import { describe, expect, it } from "vitest";
import type { Surroundings } from "../../ops/command.ts";
import { rewrap } from "../../shared/operations/rewrap.ts";
import { system } from "../../shared/system.ts";
import { instance, owners, startWithVault, versionsOf } from "../operations/rotation.ts";
import { contents } from "../support/accounts.ts";
import { backedUpPhone, expectOk, startService, type TestService } from "../support/service.ts";
import { operate } from "./operator.ts";

/** An operator of this service, with these app roles. */
async function operatorOf(service: TestService, roles?: string[]): Promise<Partial<Surroundings>> {
  const token = await service.issuer.sign({ owner: "operator", kind: "operator", ...(roles && { roles }) });
  return {
    variables: { ORIGIN: service.origin, OPERATOR_TOKEN: token },
    fetch: globalThis.fetch,
    pause: async (milliseconds) => service.advance(milliseconds / 1000),
  };
}

describe("rotate, asked of the service itself,", () => {
  it("moves every key while phones go on, and disables nothing that something names", async () => {
    const made = await startWithVault();
    const { service, first, credential, clientOptions } = made;
    const phones = await owners(made, 5);
    const timer = instance(made);
    const operator: Partial<Surroundings> = {
      ...(await operatorOf(service)),
      openCredential: async () => credential,
      clientOptions,
      // The version was made just now.
      system: { ...system, now: () => Date.now() + 3_600_000 },
      pause: async (milliseconds) => {
        service.advance(milliseconds / 1000);
        for (const phone of phones) expectOk(await phone.upload(contents));
        await rewrap(timer);
      },
    };
    const began = await operate(["rotate", "--force"], operator);
    const [second = ""] = began.printed;
    expect(second).not.toBe(first);
    // The setting is an operator's to change.
    expect(began.said.at(-1)).toContain(`SERVICE_KEY still names ${first}`);
    expect(new Set(await versionsOf(made.store, phones))).toEqual(new Set([second]));
    const refused = await operate(["key", "disable", first], operator);
    expect(refused).toMatchObject({ status: 1, said: [expect.stringContaining("SERVICE_KEY names it")] });
    expect(await operate(["rotate"], operator)).toMatchObject({ printed: [second] });
  });
});

describe("an operator's commands, asked of the service itself:", () => {
  it("status tells what it answers, and rewrap and sweep find nothing to do", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    const operator = await operatorOf(service);
    const { status, printed } = await operate(["status"], operator);
    expect(status).toBe(0);
    expect(printed.join()).toMatch(/^keys\.current: \S/m);
    expect(printed.join()).toMatch(/^rewrap\.left: 0$/m);
    expect(printed.join()).not.toContain("alice");
    expect(await operate(["rewrap"], operator)).toMatchObject({ status: 0, printed: ["0 keys moved"] });
    expect(await operate(["sweep"], operator)).toMatchObject({ status: 0, said: ["Nothing is left."] });
  });

  it("a prefix is closed and opened, and dead notices are counted and asked for", async () => {
    const service = await startService();
    const operator = await operatorOf(service);
    expect(await operate(["texts", "close", "+4470"], operator)).toMatchObject({ status: 0 });
    expect((await operate(["status"], operator)).printed.join()).toMatch(/^texts\.closed: \+4470$/m);
    expect(await operate(["texts", "open", "+4470"], operator)).toMatchObject({ status: 0 });
    expect((await operate(["status"], operator)).printed.join()).toMatch(/^texts\.closed: none$/m);
    expect(await operate(["notices", "dead"], operator)).toMatchObject({ printed: ["0 dead notices"] });
    const requeued = await operate(["notices", "requeue"], operator);
    expect(requeued).toMatchObject({ status: 0, printed: ["0 dead notices to be tried again"] });
  });

  it("a role that is missing, a token of an owner, and none are one line each", async () => {
    const service = await startService();
    const reader = await operatorOf(service, ["Operations.Read"]);
    expect((await operate(["sweep"], reader)).said).toEqual([
      expect.stringMatching(/^The app role Operations\.Act is missing/),
    ]);
    const owner = await service.issuer.sign({ owner: "alice" });
    const asOwner = { ...reader, variables: { ...reader.variables, OPERATOR_TOKEN: owner } };
    expect((await operate(["status"], asOwner)).said).toEqual([
      expect.stringMatching(/^Your sign-in is none of an operator/),
    ]);
    const stale = { ...reader, variables: { ...reader.variables, OPERATOR_TOKEN: "a.b.c" } };
    expect((await operate(["status"], stale)).said).toEqual([
      expect.stringMatching(/^The service does not take your token/),
    ]);
  });
});
