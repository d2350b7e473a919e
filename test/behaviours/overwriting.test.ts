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

describe("a phone that has not recovered", () => {
  it("may replace the version that its owner names: it stays in the history [D11] [H2]", async () => {
    const service = await startService();
    await phoneWith(service, 6);
    const empty = await registeredPhone(service, { name: "New phone" });
    expectOk(await empty.key());
    expectOk(await empty.upload(contentsOf(0), { replaces: 1 }));

    const recovered = await (await registeredPhone(service)).recover({ version: 1 });
    expectOk(recovered);
    expect(recovered.contents).toEqual(contentsOf(6));
    // From now on the backup is its own.
    expectOk(await empty.upload(contentsOf(1)));
  });

  it.each([
    ["one that is older", 1],
    ["one that is not there", 3],
  ])("may not by naming another version: %s [D11]", async (_, replaces) => {
    const service = await startService();
    const old = await phoneWith(service, 6);
    expectOk(await old.upload(contentsOf(6)));
    const empty = await registeredPhone(service);
    expectOk(await empty.key());
    expect(problemOf(await empty.upload(contentsOf(6), { replaces }))).toMatchObject({
      code: "overwrite-refused",
      present: { version: 2 },
    });
    expect(await versionsOf(old)).toMatchObject([{ version: 2 }, { version: 1 }]);
  });

  it("may not where the version that its owner named has been replaced meanwhile [D11]", async () => {
    const service = await startService();
    const old = await phoneWith(service, 6);
    const empty = await registeredPhone(service);
    expectOk(await empty.key());
    expectOk(await empty.status());
    expectOk(await old.upload(contentsOf(7)));
    const refused = await empty.upload(contentsOf(0), { replaces: 1 });
    expect(problemOf(refused)).toMatchObject({ code: "overwrite-refused", present: { version: 2 } });
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
    [3, 1],
    [3, 0],
    [0, 0],
  ])("is none from %i to %i [H2]", async (present, offered) => {
    const service = await startService();
    const phone = await phoneWith(service, present);
    expectOk(await phone.upload(contentsOf(offered)));
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
