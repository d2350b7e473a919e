import { describe, expect, it } from "vitest";
import type { ProblemCode } from "../../shared/errors/catalogue.ts";
import type { StoredItem } from "../../shared/store/port.ts";
import { userIdOf } from "../support/partition.ts";
import { accountKey } from "../support/pushAnswer.ts";
import { sendRaw } from "../support/raw.ts";
import { expectOk, registeredPhone, startService, type TestPhone } from "../support/service.ts";
import {
  accountKeys,
  activationCodes,
  answers,
  beginnings,
  contactCodes,
  signIns,
} from "./challengeInput.ts";
import {
  ask,
  begun,
  challengeSamples,
  claimsOf,
  codeOf,
  PERSONAL,
  phoneWithPush,
  pushed,
  tokenOf,
} from "./challenges.ts";
import { find, ofPhones } from "./endpoints.ts";
import { ios, phoneWithBackup } from "./phones.ts";
import { expectRefusal, expectRefusals } from "./refusal.ts";
import { type Case, requestOf, type Sample, sceneOf, startScene } from "./scene.ts";

describe("a challenge", () => {
  it.each<[string, readonly Case[]]>([
    ["challenges-begin", beginnings],
    ["challenges-sign-in", signIns],
    ["challenges-code", contactCodes],
    ["challenges-activation", activationCodes],
    ["challenges-credential", accountKeys],
    ["challenges-push", answers],
  ])(
    "takes nothing but what proves the account, and changes nothing: %s [E2] [E3] [E4] [E12]",
    async (name, cases) => {
      await expectRefusals(await startScene(find(name)), cases);
    },
  );
});

/** The requests about one challenge. */
const ofChallenge = ofPhones.filter(({ declaration: { route } }) => route.startsWith("challenges/"));

it.each(ofChallenge.map((endpoint) => [endpoint.declaration.name, endpoint] as const))(
  "%s says the same of a challenge of another phone, of another owner, and of none",
  async (name, endpoint) => {
    const scene = await startScene(endpoint);
    const { service, path } = scene;
    const [, , , challengeId = ""] = path.split("/");
    const other = await registeredPhone(service, ios);
    expectOk(await other.recover());
    const stranger = await phoneWithBackup(service, "mallory");
    const before = await service.adapters.store.list(scene.userId, "");
    const told = await Promise.all([
      refusedTo(other, path),
      refusedTo(stranger, path),
      refusedTo(other, path.replace(challengeId, "A".repeat(22))),
    ]);
    expect(new Set(told.map((body) => JSON.stringify(body))).size, name).toBe(1);
    expect(ids(await service.adapters.store.list(scene.userId, ""))).toEqual(ids(before));
    // The phone whose challenge it is goes on with it.
    expect((await sendRaw(service.origin, await requestOf(scene))).status).toBeLessThan(300);

    async function refusedTo(phone: TestPhone, target: string) {
      const sample: Sample = { phone, path: target, ...(scene.body && { body: scene.body }) };
      const asking = await sceneOf(service, endpoint, sample);
      const answer = await expectRefusal(asking, await requestOf(asking), "challenge-not-found", target);
      const { instance: _, ...body } = JSON.parse(answer.body);
      return body;
    }
  },
);

function ids(items: readonly StoredItem[]) {
  return items.filter(({ id }) => id.startsWith("challenge:"));
}

describe("a proof", () => {
  const refusal = async (sample: Sample, endpoint: string, code: ProblemCode, service: Service) => {
    const scene = await sceneOf(service, find(endpoint), sample);
    return await expectRefusal(scene, await requestOf(scene), code, code);
  };
  type Service = Awaited<ReturnType<typeof startService>>;

  it("of a provider does not verify a personal account, and its code is not used up by that [E4]", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    const { challengeId } = await begun(phone, "personal");
    const code = await codeOf(service);
    const path = `/v1/challenges/${challengeId}/activation`;
    await refusal({ phone, path, body: { code } }, "challenges-activation", "proof-not-accepted", service);
    const work = await begun(phone, "work-or-school");
    expect(await ask(phone, `/${work.challengeId}/activation`, { code })).toMatchObject({ state: "proven" });
  });

  it("that was given leaves another code as it is, and the number that its page shows [E11] [E13]", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    const { challengeId } = await begun(phone, "work-or-school");
    const at = `/${challengeId}/activation`;
    await ask(phone, at, { code: await codeOf(service, { showNumber: true }) });
    const stored = async () => await service.adapters.store.read(userIdOf(phone), `challenge:${challengeId}`);
    const before = await stored();
    const code = await codeOf(service, { showNumber: true });
    expect(await ask(phone, at, { code })).toMatchObject({ state: "proven" });
    expect(await stored()).toEqual(before);
    const next = await begun(phone, "work-or-school");
    expect(await ask(phone, `/${next.challengeId}/activation`, { code })).toMatchObject({ state: "proven" });
  });

  it("by a password or a contact does not verify a work account that a recovery brought [E4]", async () => {
    const service = await startService();
    await phoneWithBackup(service);
    const phone = await registeredPhone(service, ios);
    const recovered = await phone.recover();
    expectOk(recovered);
    const { recoveryId, accounts } = recovered.body as unknown as {
      recoveryId: string;
      accounts: { ref: string; kind: string; push: boolean }[];
    };
    const ref = accounts.find(({ kind, push }) => kind === "work-or-school" && push)?.ref;
    const { challengeId } = await ask(phone, "", { ref, recoveryId });
    const at = `/v1/challenges/${challengeId}`;
    const token = await tokenOf(service, "fabrikam-alice");
    const signIn = { phone, path: `${at}/sign-in`, body: { token } };
    await refusal(signIn, "challenges-sign-in", "proof-not-accepted", service);
    const send = { phone, path: `${at}/code/send`, body: { contactId: "c".repeat(22) } };
    await refusal(send, "challenges-code-send", "proof-not-accepted", service);
    const give = { phone, path: `${at}/code`, body: { code: "123456" } };
    await refusal(give, "challenges-code", "proof-not-accepted", service);
  });

  it("that was given to one challenge says nothing in the next [E3]", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    const token = await tokenOf(service);
    const first = await begun(phone, "personal");
    await ask(phone, `/${first.challengeId}/sign-in`, { token });
    const { challengeId } = await begun(phone, "personal");
    const again = { phone, path: `/v1/challenges/${challengeId}/sign-in`, body: { token } };
    await refusal(again, "challenges-sign-in", "sign-in-stale", service);
    const late = { phone, path: `/v1/challenges/${first.challengeId}/sign-in`, body: { token } };
    const answer = await refusal(late, "challenges-sign-in", "challenge-over", service);
    expect(JSON.parse(answer.body)).toMatchObject({ state: "cancelled" });
  });

  it("is needed before the account's key, and the key before a push [E2]", async () => {
    const service = await startService();
    const phone = await phoneWithPush(service);
    const { challengeId } = await begun(phone, "personal");
    const at = `/v1/challenges/${challengeId}`;
    const key = { phone, path: `${at}/credential`, body: { publicKey: accountKey().publicKey } };
    await refusal(key, "challenges-credential", "challenge-proof-missing", service);
    await refusal(
      { phone, path: `${at}/push/send` },
      "challenges-push-send",
      "challenge-proof-missing",
      service,
    );
    const answer = { phone, path: `${at}/push`, body: { answer: `a.b.${"c".repeat(86)}` } };
    await refusal(answer, "challenges-push", "challenge-proof-missing", service);
    expect(service.sent().filter(({ channel }) => channel === "push")).toEqual([]);
  });
});

/** How a challenge has ended, and what its phone is told of that whatever it asks. */
const endings: Readonly<Record<string, (phone: TestPhone, challengeId: string) => Promise<unknown>>> = {
  cancelled: (phone, challengeId) => phone.send({ method: "DELETE", path: `/v1/challenges/${challengeId}` }),
  "cancelled by another that began": (phone) => begun(phone, "work-or-school"),
};

it.each(Object.entries(endings))("a challenge that was %s takes nothing any more", async (_, end) => {
  const service = await startService();
  const phone = await phoneWithPush(service);
  const challenge = await pushed(service, phone);
  await end(phone, challenge.challengeId);
  const bodies: Readonly<Record<string, Sample["body"]>> = {
    "challenges-sign-in": { token: await tokenOf(service, PERSONAL) },
    "challenges-code-send": { contactId: "c".repeat(22) },
    "challenges-code": { code: "123456" },
    "challenges-activation": { code: await codeOf(service) },
    "challenges-credential": { publicKey: accountKey().publicKey },
    "challenges-push-send": undefined,
    "challenges-push": { answer: `a.b.${"c".repeat(86)}` },
  };
  const acts = ofChallenge.filter(({ declaration: { method } }) => method === "POST");
  expect(acts.map(({ declaration: { name } }) => name).toSorted()).toEqual(Object.keys(bodies).toSorted());
  const claims = claimsOf(service, phone, challenge);
  expect(claims.nonce).toHaveLength(22);
  for (const endpoint of acts) {
    const { name, route } = endpoint.declaration;
    const body = bodies[name];
    const path = `/v1/${route.replace("{challengeId}", challenge.challengeId)}`;
    const scene = await sceneOf(service, endpoint, { phone, path, ...(body && { body }) });
    const answer = await expectRefusal(scene, await requestOf(scene), "challenge-over", name);
    expect.soft(JSON.parse(answer.body).state, name).toBe("cancelled");
  }
});

it("a challenge of a phone that only registered is none, while backup is on [H5]", async () => {
  const service = await startService();
  await phoneWithBackup(service);
  const phone = await registeredPhone(service, ios);
  const sample = await challengeSamples["challenges-begin"]?.(await startService());
  const scene = await sceneOf(service, find("challenges-begin"), {
    phone,
    path: "/v1/challenges",
    headers: { "Idempotency-Key": "k".repeat(22) },
    ...(sample?.body && { body: sample.body }),
  });
  await expectRefusal(scene, await requestOf(scene), "trust-required", "registered");
  expect(userIdOf(phone)).toBe(scene.userId);
});
