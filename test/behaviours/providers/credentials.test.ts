import { describe, expect, it } from "vitest";
import { ids } from "../../../shared/store/items.ts";
import {
  backedUpPhone,
  expectOk,
  registeredPhone,
  startService,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";
import { holds, OTHER_TENANT, placeIn, problemIn, providerOf, tenantApp } from "./stage.ts";

/** A phone that holds an account of the provider's, and what the provider knows it by. */
async function stageOf() {
  const service = await startService();
  const provider = providerOf(service);
  const phone = await backedUpPhone(service);
  const { partition } = placeIn((await provider.issue()).body.activationId);
  const held = await holds(service, phone, partition);
  return { service, provider, phone, partition, ...held };
}

async function statusOf(phone: TestPhone) {
  const status = await phone.status();
  expectOk(status);
  return status.body;
}

/** The owner's partition but for what a repeat may write. */
async function ownerOf({ adapters }: TestService, userId: string): Promise<string> {
  return JSON.stringify(await adapters.store.list(userId, ""));
}

describe("a credential", () => {
  it("is live while its phone is the owner's [E15]", async () => {
    const { service, provider, phone, credentialId } = await stageOf();
    expect((await provider.credential(credentialId)).body).toEqual({ credentialId, state: "live" });
    const other = await registeredPhone(service);
    expectOk(await other.recover());
    service.advance(1);
    await other.signIn();
    expectOk(await phone.revoke(phone.deviceId));
    expect((await provider.credential(credentialId)).body).toEqual({ credentialId, state: "revoked" });
    expect((await provider.revoke(credentialId)).status).toBe(204);
  });

  it("is revoked with its owner's erasure, and told as any other that was revoked [E15]", async () => {
    const { provider, phone, credentialId } = await stageOf();
    expectOk(await phone.erase());
    expect((await provider.credential(credentialId)).body).toEqual({ credentialId, state: "revoked" });
    expect((await provider.revoke(credentialId)).status).toBe(204);
  });

  it("is another one once its phone was verified anew", async () => {
    const { service, provider, credentialId, userId, deviceId, ref } = await stageOf();
    const { store } = service.adapters;
    const stored = (await store.read(userId, ids.credential(deviceId, ref))) ?? expect.fail("no credential");
    const body = { ...stored.body, credentialId: "n".repeat(22) };
    await store.commit(userId, [{ kind: "replace", id: stored.id, body, etag: stored.etag }]);
    expect((await provider.credential(credentialId)).body.state).toBe("revoked");
    const before = await ownerOf(service, userId);
    expect((await provider.revoke(credentialId)).status).toBe(204);
    expect(await ownerOf(service, userId)).toBe(before);
  });

  it("that its provider revokes has its account marked on its phone, and on no other [D12] [E8]", async () => {
    const { service, provider, phone, credentialId, ref } = await stageOf();
    const other = await registeredPhone(service);
    expect((await statusOf(phone)).actionRequired).toBeUndefined();
    expect((await provider.revoke(credentialId)).status).toBe(204);
    expect((await provider.credential(credentialId)).body.state).toBe("revoked");
    expect((await statusOf(phone)).actionRequired).toEqual([ref.slice(0, 8)]);
    expect((await statusOf(other)).actionRequired).toBeUndefined();
    const activity = await phone.activity();
    expectOk(activity);
    expect(activity.body.events[0]).toMatchObject({
      type: "credential-revoked",
      device: { deviceId: phone.deviceId },
    });
  });

  it("is revoked once: a repeat changes nothing", async () => {
    const { service, provider, credentialId, userId } = await stageOf();
    await provider.revoke(credentialId);
    const before = await ownerOf(service, userId);
    expect((await provider.revoke(credentialId)).status).toBe(204);
    expect(await ownerOf(service, userId)).toBe(before);
  });

  it("is as unknown to another organization as if there were none [E15]", async () => {
    const { service, provider, credentialId, partition } = await stageOf();
    const stranger = providerOf(service, tenantApp(OTHER_TENANT));
    const none = `${partition}.${"B".repeat(22)}`;
    for (const ask of [stranger.credential, stranger.revoke]) {
      const answers = await Promise.all([ask(credentialId), ask(none)]);
      const [own, missing] = answers.map(({ status, body: { instance: _, ...body } }) => ({ status, body }));
      expect(own).toEqual(missing);
      expect(own).toMatchObject({ status: 404, body: { code: "credential-not-found" } });
    }
    expect((await provider.credential(credentialId)).body.state).toBe("live");
  });

  it("of a personal account is no organization's", async () => {
    const { service, provider, phone } = await stageOf();
    const { credentialId } = await holds(service, phone, "P".repeat(43), { tenant: null });
    expect(problemIn(await provider.credential(credentialId)).code).toBe("credential-not-found");
  });
});
