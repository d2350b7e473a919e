import { describe, expect, it } from "vitest";
import { partitionOf } from "../support/partition.ts";
import {
  expectOk,
  registeredPhone,
  startService,
  type TestPhone,
  type TestService,
} from "../support/service.ts";
import { find } from "./endpoints.ts";
import { type Act, castOf, outcomes } from "./outcomes.ts";
import { ios, phoneWithBackup } from "./phones.ts";
import {
  accountsBadly,
  accountsInPreview,
  notToOpen,
  purposes,
  shownBadly,
  versionsNamed,
  waitingTimes,
} from "./recoveries.ts";
import { recoveryKeyMaterial } from "./recoveryKeys.ts";
import { waitingRecovery, wanted } from "./recoverySamples.ts";
import { expectRefusal, expectRefusals } from "./refusal.ts";
import { MARKER, requestOf, type Scene, sceneOf, startScene } from "./scene.ts";

/** A call about a recovery, as it would be valid from the right phone at the right time. */
async function sceneAbout(
  service: TestService,
  act: Act,
  phone: TestPhone,
  recoveryId: string,
): Promise<Scene> {
  const path = act === "cancel" ? `/v1/recoveries/${recoveryId}` : `/v1/recoveries/${recoveryId}/${act}`;
  const body = act === "open" ? { body: wanted(phone) } : {};
  return await sceneOf(service, find(`recoveries-${act}`), { phone, path, ...body });
}

it.each([
  ["recoveries-preview", [...shownBadly, ...purposes, ...accountsInPreview]],
  ["recoveries-begin", [...shownBadly, ...purposes, ...accountsBadly]],
  ["recoveries-open", [...shownBadly, ...notToOpen, ...accountsBadly]],
] as const)("%s takes no purposes, references and checks that can't be", async (name, cases) => {
  await expectRefusals(await startScene(find(name)), cases);
});

it.each(["recoveries-preview", "recoveries-begin"])("%s takes no version that can't be", async (name) => {
  await expectRefusals(await startScene(find(name)), versionsNamed);
});

it("takes no waiting time that can't be chosen", async () => {
  await expectRefusals(await startScene(find("backup-policy-choose")), waitingTimes);
});

it("sets up no recovery key with material of another form", async () => {
  await expectRefusals(await startScene(find("backup-recovery-key-set")), recoveryKeyMaterial);
});

it.each([
  ["recoveries-preview", "/v1/recoveries/preview", {}, {}],
  ["recoveries-begin", "/v1/recoveries", { "Idempotency-Key": MARKER }, { accounts: [] }],
])("%s counts a recovery key that is another, and tells the record", async (name, path, headers, body) => {
  const service = await startService();
  expectOk(await (await phoneWithBackup(service)).setRecoveryKey());
  const phone = await registeredPhone(service, ios);
  const scene = await sceneOf(service, find(name), {
    phone,
    path,
    headers,
    body: { ...body, recoveryKeyCheck: MARKER.padEnd(43, "A") },
  });
  const answer = await expectRefusal(scene, await requestOf(scene), "recovery-key-wrong", "another");
  expect(JSON.parse(answer.body)).toMatchObject({ triesLeft: 4 });
});

describe("nothing comes of what is asked", () => {
  it.each(Object.entries(outcomes))("about a recovery %s", async (_, { come, refused }) => {
    const service = await startService();
    const cast = await castOf(service);
    await come(cast, service);
    for (const [act, by, code, signIn] of refused) {
      const scene = await sceneAbout(service, act, cast[by], cast.recoveryId);
      const token = await cast[by].signIn(signIn);
      await expectRefusal(scene, await requestOf(scene, { token }), code, `${act} by the ${by} phone`);
    }
  });

  it("about another owner's recovery", async () => {
    const service = await startService();
    const { old, recoveryId } = await waitingRecovery(service);
    const before = await partitionOf(service, old);
    const stranger = await phoneWithBackup(service, "mallory");
    for (const act of ["open", "cancel", "approve", "deny"] as const) {
      const scene = await sceneAbout(service, act, stranger, recoveryId);
      await expectRefusal(scene, await requestOf(scene), "recovery-not-found", act);
    }
    expect(await partitionOf(service, old)).toEqual(before);
  });
});
