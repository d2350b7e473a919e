import { describe, expect, it } from "vitest";
import { endpoints } from "../../functions/endpoints.ts";
import { BODY_LIMIT } from "../../shared/http/body.ts";
import { contents } from "../support/accounts.ts";
import { sendRaw } from "../support/raw.ts";
import { expectOk, registeredPhone } from "../support/service.ts";
import { confirmations, cursors, nearlyPages, versions } from "./acts.ts";
import { dots, ids, methodsOf, unknownPaths } from "./addresses.ts";
import { casesAt, find, named, ofPhones, ofRoles } from "./endpoints.ts";
import { envelopes, misplaced } from "./envelopes.ts";
import { contentTypes, framing } from "./framing.ts";
import { json, wrongTypes } from "./json.ts";
import { consents, manifests, preconditions } from "./manifests.ts";
import { ios } from "./phones.ts";
import { wanted } from "./recoverySamples.ts";
import { expectRefusal, expectRefusals, observe, UNTOUCHED } from "./refusal.ts";
import { registrations } from "./registrations.ts";
import { samples } from "./samples.ts";
import { type Case, MARKER, requestOf, sceneOf, startScene } from "./scene.ts";
import { lengths, unread } from "./unread.ts";

const withBody = endpoints.filter(({ declaration }) => declaration.body);
const withParameter = [...ofPhones, ...ofRoles].filter(({ declaration }) => declaration.params);

it("has a valid request of every endpoint to spoil, and of nothing else", () => {
  expect(Object.keys(samples).sort()).toEqual(endpoints.map(({ declaration }) => declaration.name).sort());
});

describe.each(named(withBody))("%s", (_, endpoint) => {
  it("refuses a body that is not framed or announced as it must be", async () => {
    await expectRefusals(await startScene(endpoint), casesAt(endpoint, framing));
  });

  it("refuses a body that is not JSON, or not the JSON it takes", async () => {
    const scene = await startScene(endpoint);
    await expectRefusals(scene, [...casesAt(endpoint, json), ...wrongTypes(scene)]);
  });

  it.each(contentTypes)("takes a body of type %s", async (contentType) => {
    const scene = await startScene(endpoint);
    const request = await requestOf(scene, { headers: { "Content-Type": contentType } });
    expect((await sendRaw(scene.service.origin, request)).status).toBeLessThan(300);
  });

  it("takes a body of 1 MiB", async () => {
    const scene = await startScene(endpoint);
    const body = JSON.stringify(scene.body).padEnd(BODY_LIMIT);
    const { status } = await sendRaw(scene.service.origin, await requestOf(scene, { body }));
    expect(status).toBeLessThan(300);
  });
});

it.each(named(withParameter))("%s refuses an id of another shape", async (_, endpoint) => {
  const scene = await startScene(endpoint);
  await expectRefusals(scene, [...ids(scene), ...dots(scene)]);
});

it("refuses a registration that is not a phone's own, with a name and a key", async () => {
  await expectRefusals(await startScene(find("devices-register")), registrations);
});

it.each(["👩🏽‍💻 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ❤️", "هاتف أحمد", "הטלפון של דנה", "گوشی‌ام", "क्‍ष ന്‍"])(
  "registers a phone by the name that its owner wrote: %s",
  async (name) => {
    const scene = await startScene(find("devices-register"));
    const request = await requestOf(scene, { body: JSON.stringify({ ...scene.body, name }) });
    const { status, body } = await sendRaw(scene.service.origin, request);
    expect({ status, name: JSON.parse(body).name }).toEqual({ status: 200, name });
  },
);

describe("an upload", () => {
  const upload = find("backup-upload");

  it("is refused with an envelope that is malformed in any part", async () => {
    await expectRefusals(await startScene(upload), envelopes);
  });

  it.each(Object.entries(misplaced))(
    "is refused where the envelope has another %s",
    async (header, changes) => {
      const scene = await startScene(upload);
      const request = await requestOf(scene, typeof changes === "function" ? await changes(scene) : changes);
      const { body } = await expectRefusal(scene, request, "envelope-mismatch", header);
      expect(JSON.parse(body)).toMatchObject({ header });
    },
  );

  it("is refused with a manifest that says too much or too little", async () => {
    await expectRefusals(await startScene(upload), manifests);
  });

  it("is refused where it does not say what it replaces", async () => {
    await expectRefusals(await startScene(upload), preconditions);
  });

  it("is refused with a consent that can't be, or is for another version", async () => {
    await expectRefusals(await startScene(upload), consents);
  });
});

it("makes no version current that can't be", async () => {
  await expectRefusals(await startScene(find("backup-versions-restore")), versions);
});

it("finds no version from before the backup was turned off", async () => {
  const restoring = await startScene(find("backup-versions-restore"));
  const { service, phone } = restoring;
  expectOk(await phone.disable());
  expectOk(await phone.enable());
  for (let count = 0; count < 2; count++) expectOk(await phone.upload(contents));
  const fresh = await registeredPhone(service, ios);
  await expectRefusal(restoring, await requestOf(restoring), "version-not-found", "restoring version 1");

  const recovering = await sceneOf(service, find("recoveries-begin"), {
    phone: fresh,
    path: "/v1/recoveries",
    headers: { "Idempotency-Key": MARKER },
    body: { ...wanted(fresh), version: 1 },
  });
  await expectRefusal(recovering, await requestOf(recovering), "version-not-found", "recovering version 1");
});

it.each([
  ["backup-disable", "/v1/backup", "delete"],
  ["me-erase", "/v1/me", "erase"],
])("%s does nothing without being confirmed", async (name, path, word) => {
  await expectRefusals(await startScene(find(name)), confirmations(path, word));
});

it("shows no page of the record that it has not given", async () => {
  await expectRefusals(await startScene(find("activity-read")), [...cursors, ...nearlyPages]);
});

it("refuses a storage check of another form in a header", async () => {
  const cases = [
    "",
    MARKER,
    `${MARKER.padEnd(43, "A")}=`,
    [MARKER.padEnd(43, "A"), MARKER.padEnd(43, "A")],
  ].map((value): Case => [`${value}`, "header-invalid", { headers: { "X-Storage-Check": value } }]);
  await expectRefusals(await startScene(find("backup-key")), cases);
});

it.each(["GET", "PUT", "POST", "DELETE"])("finds nothing at an unknown path: %s", async (method) => {
  const scene = await startScene(find("devices-list"));
  const cases = unknownPaths.map((target): Case => [target.slice(0, 80), "not-found", { method, target }]);
  await expectRefusals(scene, cases);
});

it("explains no problem by a code that is none", async () => {
  const scene = await startScene(find("service-problem"));
  const unknown: Case[] = ["no-such-problem", "constructor", "valueof"].map((code) => [
    code,
    "not-found",
    { target: `/v1/problems/${code}` },
  ]);
  await expectRefusals(scene, [...ids(scene), ...dots(scene), ...unknown]);
});

describe.each(named(endpoints))("the path of %s", (_, endpoint) => {
  it("is not reached by what is hardly HTTP, and tells which methods it has", async () => {
    const scene = await startScene(endpoint);
    const cases: typeof unread = { ...unread, ...(endpoint.declaration.body && lengths) };
    for (const [title, make] of Object.entries(cases)) {
      const { result, ...seen } = await observe(scene, await make(scene));
      expect.soft({ ...seen, status: result.status }, title).toEqual({ ...UNTOUCHED, status: 400 });
    }
    const { allowed, others } = methodsOf(scene.path);
    for (const method of others) {
      const request = await requestOf(scene, { method });
      const answer = await expectRefusal(scene, request, "method-not-allowed", method);
      expect.soft(new Set(answer.headers.get("Allow")?.split(", ")), method).toEqual(new Set(allowed));
    }
  });
});
