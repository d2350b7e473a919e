import { describe, expect, it } from "vitest";
import { contents, contentsOf } from "../support/accounts.ts";
import { partitionOf } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  problemOf,
  registeredPhone,
  START,
  startService,
  type TestPhone,
  type TestService,
} from "../support/service.ts";
import { phoneWithoutTrust } from "./stage.ts";

describe("a phone that is not trusted", () => {
  it.each([
    ["names the version that is there", 2],
    ["names one that is older", 1],
    ["names one that is not there", 3],
    ["names none", undefined],
  ])("may not replace a version, though it %s: it recovers, or starts anew [D11]", async (_, replaces) => {
    const service = await startService();
    const old = await phoneWith(service, 6);
    expectOk(await old.upload(contentsOf(6)));
    const empty = await phoneWithoutTrust(service, old, { name: "New phone" });
    const refused = await empty.upload(contentsOf(0), replaces === undefined ? {} : { replaces });
    expect(problemOf(refused)).toMatchObject({
      status: 409,
      code: "overwrite-refused",
      remedy: "recover-or-start-anew",
      present: { version: 2 },
    });
    expect(await versionsOf(old)).toMatchObject([{ version: 2 }, { version: 1 }]);
  });

  it("starts anew: what was there is kept, and recovered from another phone [D11] [H1]", async () => {
    const service = await startService();
    const old = await phoneWith(service, 6);
    const empty = await registeredPhone(service, { name: "New phone" });
    const begun = await empty.recover({ purpose: "start-anew" });
    expectOk(begun);
    expect(begun.body).toMatchObject({ purpose: "start-anew", state: "completed", key: { number: 2 } });
    expectOk(await empty.upload(contentsOf(1)));
    const status = await empty.status();
    expectOk(status);
    expect(status.body).toMatchObject({
      trusted: true,
      versions: 2,
      current: { version: 2, accounts: 1, key: 2 },
    });

    const recovered = await (await registeredPhone(service)).recover({ version: 1 });
    expectOk(recovered);
    expect(recovered.contents).toEqual(contentsOf(6));
    // The old phone goes on, under the new key.
    expectOk(await old.status());
    expectOk(await old.upload(contentsOf(7)));
  });
});

describe("an upload that loses most accounts", () => {
  it("is refused, with the counts, from when and which phone the present ones are, and the ways on [H2]", async () => {
    const service = await startService();
    const phone = await phoneWith(service, 6);
    const envelopes = async () =>
      (await partitionOf(service, phone)).filter(({ id }) => id.startsWith("envelope:"));
    const before = await envelopes();
    expect(problemOf(await phone.upload(contentsOf(2)))).toMatchObject({
      status: 409,
      code: "sharp-drop",
      remedy: "recover-first",
      offered: 2,
      present: {
        version: 1,
        accounts: 6,
        uploadedAt: new Date(START).toISOString(),
        device: { name: "Old phone", platform: "android" },
      },
    });
    expect(await envelopes()).toEqual(before);
    expect(await versionsOf(phone)).toMatchObject([{ version: 1, accounts: 6 }]);
  });

  it.each([
    [4, 1],
    [4, 0],
    [3, 1],
    [3, 0],
    [1, 0],
    [5, 2],
    [100, 49],
  ])("is one from %i to %i [H2]", async (present, offered) => {
    const service = await startService();
    const phone = await phoneWith(service, present);
    expect(problemOf(await phone.upload(contentsOf(offered)))).toMatchObject({ code: "sharp-drop", offered });
  });

  it.each([
    [4, 2],
    [5, 3],
    [100, 50],
    [3, 2],
    [2, 1],
    [0, 0],
  ])("is none from %i to %i [H2]", async (present, offered) => {
    const service = await startService();
    const phone = await phoneWith(service, present);
    expectOk(await phone.upload(contentsOf(offered)));
  });

  it("is noticed step by step, too: what counts is the fullest list of the day [H2]", async () => {
    const service = await startService();
    const phone = await phoneWith(service, 12);
    expectOk(await phone.upload(contentsOf(6)));
    expect(problemOf(await phone.upload(contentsOf(5)))).toMatchObject({ code: "sharp-drop", offered: 5 });
    service.advance(24 * 60 * 60);
    await phone.signIn();
    expectOk(await phone.upload(contentsOf(5)));
  });

  it("is told by the accounts, not by their number: others in their place are a loss [H2]", async () => {
    const service = await startService();
    const phone = await phoneWith(service, 6);
    const { accounts } = contentsOf(12);
    const others = { ...contents, accounts: accounts.slice(6) };
    expect(problemOf(await phone.upload(others))).toMatchObject({ code: "sharp-drop", offered: 6 });
  });

  it("is agreed to after a fresh sign-in alone: whoever finds the phone unlocked can't [H2]", async () => {
    const service = await startService();
    const phone = await phoneWith(service, 6);
    await phone.signIn({ signedInSecondsAgo: 3000 });
    expect(problemOf(await phone.upload(contentsOf(1), { replaces: 1 }))).toMatchObject({
      status: 401,
      code: "step-up-required",
    });
    expect(await versionsOf(phone)).toMatchObject([{ version: 1, accounts: 6 }]);
  });

  it("is accepted once the owner names the version, which stays in the history [H2]", async () => {
    const service = await startService();
    const phone = await phoneWith(service, 6);
    expect(problemOf(await phone.upload(contentsOf(1), { replaces: 2 }))).toMatchObject({
      code: "sharp-drop",
    });
    expectOk(await phone.upload(contentsOf(1), { replaces: 1 }));
    expect(await versionsOf(phone)).toMatchObject([
      { version: 2, accounts: 1 },
      { version: 1, accounts: 6 },
    ]);
    const recovered = await phone.recover({ version: 1 });
    expectOk(recovered);
    expect(recovered.contents).toEqual(contentsOf(6));
  });

  it("replaces nothing that the phone has not seen, whatever version its owner names [H2]", async () => {
    const service = await startService();
    const phone = await phoneWith(service, 6);
    const other = await registeredPhone(service);
    expectOk(await other.recover());
    expectOk(await other.upload(contents));
    expect(problemOf(await phone.upload(contentsOf(1), { replaces: 2 }))).toMatchObject({
      status: 412,
      code: "version-changed",
    });
  });
});

/** A phone whose backup has one version of so many accounts. */
async function phoneWith(service: TestService, accounts: number): Promise<TestPhone> {
  const phone = await backedUpPhone(service, { name: "Old phone" });
  expectOk(await phone.upload(contentsOf(accounts)));
  return phone;
}

async function versionsOf(phone: TestPhone) {
  const listed = await phone.versions();
  expectOk(listed);
  return listed.body.versions;
}
