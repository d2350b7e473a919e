import { describe, expect, it } from "vitest";
import { issuerIdentifier } from "../../local/issuer/settings.ts";
import { partitionOf } from "../../shared/acts/activations.ts";
import type { Store } from "../../shared/store/port.ts";
import {
  claimed,
  codeAt,
  goesOn,
  holds,
  type Provider,
  placeIn,
  providerOf,
  pushed,
  serviceKeyOf,
} from "../behaviours/providers/stage.ts";
import { registeredPhone, startService } from "../support/service.ts";

// What account providers cost, counted at the ports of both containers.

const OPERATIONS = ["read", "list", "commit"] as const;

/** A service whose calls are told by container and operation, and a provider. */
async function stageOf() {
  const calls: string[] = [];
  const counted = (container: string, port: Store): Store => ({
    ...port,
    ...Object.fromEntries(
      OPERATIONS.map((operation) => [
        operation,
        (partition: string, ...rest: unknown[]) => {
          if (partition !== "service") calls.push(`${container}.${operation}`);
          return (port[operation] as (...call: unknown[]) => unknown)(partition, ...rest);
        },
      ]),
    ),
  });
  const service = await startService({
    wrap: ({ store, activations, ...rest }) => ({
      ...rest,
      store: counted("store", store),
      activations: counted("activations", activations),
    }),
  });
  /** How often each call was made for a request. */
  const costOf = async (ask: () => ReturnType<Provider["ask"]>) => {
    calls.length = 0;
    expect((await ask()).status).toBeLessThan(300);
    const counts: Record<string, number> = {};
    for (const call of calls) counts[call] = (counts[call] ?? 0) + 1;
    return counts;
  };
  return { service, provider: providerOf(service), costOf };
}

describe("account providers cost the stores", () => {
  it("2 reads and 3 commits to issue a code, and 2 of each to issue another with the same key", async () => {
    const { provider, costOf } = await stageOf();
    const issue = () => provider.issue({}, { key: "one-and-the-same-key" });
    expect(await costOf(issue)).toEqual({ "activations.read": 2, "activations.commit": 3 });
    expect(await costOf(issue)).toEqual({ "activations.read": 2, "activations.commit": 2 });
  });

  it("1 read to follow an activation, 2 more of its owner once it was claimed, and 1 more once that is over", async () => {
    const { service, provider, costOf } = await stageOf();
    const phone = await registeredPhone(service);
    const { activationId } = (await provider.issue()).body;
    const read = () => provider.read(activationId);
    expect(await costOf(read)).toEqual({ "activations.read": 1 });
    const { challengeId } = await claimed(service, phone, activationId, { push: pushed(service) });
    expect(await costOf(read)).toEqual({ "activations.read": 1, "store.read": 2 });
    await goesOn(service, phone, challengeId, { ended: "refused" });
    expect(await costOf(read)).toEqual({ "activations.read": 1, "store.read": 1 });
  });

  it("1 read and 1 commit to cancel one", async () => {
    const { provider, costOf } = await stageOf();
    const { activationId } = (await provider.issue()).body;
    const cost = { "activations.read": 1, "activations.commit": 1 };
    expect(await costOf(() => provider.cancel(activationId))).toEqual(cost);
  });

  it("3 reads to look at a credential, and 1 commit besides to revoke it", async () => {
    const { service, provider, costOf } = await stageOf();
    const { partition } = placeIn((await provider.issue()).body.activationId);
    const { credentialId } = await holds(service, await registeredPhone(service), partition);
    const cost = { "activations.read": 1, "store.read": 2 };
    expect(await costOf(() => provider.credential(credentialId))).toEqual(cost);
    expect(await costOf(() => provider.revoke(credentialId))).toEqual({ ...cost, "store.commit": 1 });
  });

  it("1 list, 1 read and 1 commit for a wrong one-time code, 2 reads more a phone; 1 read and 2 commits more for a right one", async () => {
    const { service, provider, costOf } = await stageOf();
    const issuer = issuerIdentifier("personal", "oidc");
    const verify = (subject: string, code: string) => () => provider.verify({ issuer, subject, code });
    const least = { "activations.list": 1, "activations.read": 1, "activations.commit": 1 };
    expect(await costOf(verify("nobody", "00000000"))).toEqual(least);

    const serviceKey = serviceKeyOf(service);
    const partition = await partitionOf({ serviceKey }, issuer, "alice");
    const secret = Buffer.alloc(32, 7);
    for (const otp of [secret, Buffer.alloc(32, 8)]) {
      await holds(service, await registeredPhone(service), partition, { otp, tenant: null });
    }
    expect(await costOf(verify("alice", "00000000"))).toEqual({ ...least, "store.read": 4 });
    expect(await costOf(verify("alice", codeAt(secret, service.now())))).toEqual({
      "activations.list": 1,
      "activations.read": 2,
      "activations.commit": 2,
      "store.read": 4,
      "store.commit": 1,
    });
  });
});
