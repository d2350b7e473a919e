import { describe, expect, it } from "vitest";
import { startCosmosStore } from "../../local/cloud/cosmosServer/store.ts";
import { contents } from "../support/accounts.ts";
import { expectOk, expectOpened, registeredPhone } from "../support/service.ts";
import { owners, startWithVault } from "./rotation.ts";
import { operate } from "./stage.ts";

describe("the line of a request", () => {
  it("says what it took: request units, time at store and vault, and what the vault was asked to unwrap for", async () => {
    const made = await startWithVault((now) => startCosmosStore({ now }));
    const { service } = made;
    const [phone] = await owners(made, 1);
    const lineOf = (name: string) => service.lines.findLast(({ endpoint }) => endpoint === name);
    expect(lineOf("devices-register")).toMatchObject({ status: 200, vault: { "service-key": 1 } });
    expect(lineOf("backup-upload")).toMatchObject({
      status: 200,
      charge: expect.any(Number),
      storeMilliseconds: expect.any(Number),
    });
    expect(lineOf("backup-upload")).not.toHaveProperty("vault");

    const fresh = await registeredPhone(service, { owner: "owner 0" });
    expectOpened(await fresh.recover());
    expect(lineOf("recoveries-begin")).toMatchObject({
      vault: { release: 1 },
      vaultMilliseconds: expect.any(Number),
    });
    await fetch(`${service.origin}/v1/ready`);
    expect(lineOf("service-ready")).toMatchObject({ vault: { probe: 1 } });

    expectOk((await phone?.upload(contents)) ?? expect.fail());
    await made.rotate();
    await operate(service, "POST", "rewrap");
    const line = service.rewrapLines.at(-1);
    expect(line).toMatchObject({ operation: "rewrap", moved: 1, left: 0, vault: { rewrap: 1 } });
    expect(line?.charge).toBeGreaterThan(0);
  });

  it("leaves no unwrap of the vault untold: what its log has besides, somebody else asked for", async () => {
    const made = await startWithVault();
    const { service } = made;
    made.unwraps();
    const phones = await owners(made, 3);
    for (const at of phones.keys()) {
      const fresh = await registeredPhone(service, { owner: `owner ${at}` });
      expectOpened(await fresh.recover());
      service.advance(61);
      expectOk(await fresh.key());
    }
    await fetch(`${service.origin}/v1/ready`);
    await made.rotate();
    await service.rewrap();
    await service.sweep();
    const told = [...service.lines, ...service.rewrapLines, ...service.noticeLines].flatMap(
      ({ vault = {} }) => Object.values(vault),
    );
    const logged = told.reduce((sum, each) => sum + each, 0);
    expect(logged).toBeGreaterThan(9);
    expect(logged).toBe(made.unwraps());
  });
});
