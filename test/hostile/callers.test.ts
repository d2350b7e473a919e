import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { SPENT_FOR } from "../../shared/identity/proof.ts";
import { ids } from "../../shared/store/items.ts";
import { sendRaw } from "../support/raw.ts";
import { clients, idempotencyKeys, oldClients } from "./clients.ts";
import { byRole, casesAt, find, named, ofPhones } from "./endpoints.ts";
import { proofKeys } from "./proofKeys.ts";
import { proofs, strangers, validProof } from "./proofs.ts";
import { expectRefusal, expectRefusals } from "./refusal.ts";
import { othersThan, roleTokens } from "./roles.ts";
import { MARKER, requestOf, startScene } from "./scene.ts";
import { tokens } from "./tokens.ts";

const writes = ofPhones.filter(({ access: { proof } }) => proof === "spent");

describe.each(named(ofPhones))("%s", (_, endpoint) => {
  it("refuses whoever does not show a good token, and an app that does not say what it is", async () => {
    const old = endpoint.access.oldApps === "refused" ? oldClients : [];
    const keys = endpoint.access.idempotencyKey ? idempotencyKeys : [];
    const cases = [...tokens, ...clients, ...old, ...keys];
    await expectRefusals(await startScene(endpoint), casesAt(endpoint, cases));
  });

  it("refuses a phone that does not prove who it is", async () => {
    const others = endpoint.access.registered === "no" ? [] : strangers;
    const cases = [...proofs, ...proofKeys, ...others];
    await expectRefusals(await startScene(endpoint), casesAt(endpoint, cases));
  });
});

it.each(named(byRole))(
  "%s refuses whoever does not show a good token, or has not the role",
  async (_, endpoint) => {
    const keys = endpoint.access.idempotencyKey ? idempotencyKeys : [];
    const cases = [...roleTokens, ...othersThan(endpoint), ...keys];
    await expectRefusals(await startScene(endpoint), casesAt(endpoint, cases));
  },
);

it.each(named(writes))("%s refuses a proof that a write has spent", async (_, endpoint) => {
  const scene = await startScene(endpoint);
  const jti = MARKER;
  const { store } = scene.service.adapters;
  const proof = hash("sha256", `${scene.phone.deviceId}\0${jti}`, "base64url");
  const owner = await store.read(scene.userId, ids.owner);
  const until = scene.service.now() / 1000 + SPENT_FOR;
  // In the owner item; of somebody who has none, in an item of its own.
  await store.commit(scene.userId, [
    owner === undefined
      ? { kind: "create", id: ids.proof(proof), body: { schema: 1 } }
      : {
          ...owner,
          kind: "replace",
          body: { ...owner.body, spent: { listed: [[proof, until]], itemsUntil: 0 } },
        },
  ]);
  await expectRefusals(scene, [["spent", "proof-replayed", { proof: { payload: { jti } } }]]);
});

it("refuses a proof that the phone's own write has spent", async () => {
  const scene = await startScene(find("devices-register"));
  const proof = await validProof(scene);
  const first = await requestOf(scene, { headers: { DPoP: proof } });
  expect((await sendRaw(scene.service.origin, first)).status).toBe(200);
  const another = JSON.stringify({ ...scene.body, name: MARKER });
  const second = await requestOf(scene, { headers: { DPoP: proof }, body: another });
  await expectRefusal(scene, second, "proof-replayed", "another name");
});
