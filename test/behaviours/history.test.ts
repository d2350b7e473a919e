import { describe, expect, it } from "vitest";
import { BEHIND } from "../../shared/backup/history.ts";
import { contents, contentsOf } from "../support/accounts.ts";
import { COUNTED, changesBetween, partitionOf } from "../support/partition.ts";
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

const DAY = 24 * 60 * 60;

describe("the history", () => {
  it("lists every version: when, from which phone, how many accounts; newest first [H1]", async () => {
    const service = await startService();
    const phone = await phoneWithVersions(service, [4, 5, 6]);
    const listed = await phone.versions();
    expectOk(listed);
    expect(listed.body.versions).toMatchObject(
      [6, 5, 4].map((accounts, at) => ({
        version: 3 - at,
        accounts,
        uploadedAt: new Date(START + (2 - at) * 1000).toISOString(),
        device: { deviceId: phone.deviceId, name: "Pixel", platform: "android" },
      })),
    );
    expect(JSON.stringify(listed.body)).not.toContain("digest");
  });

  it("is listed to no phone before backup is turned on [H1]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    expect(problemOf(await phone.versions())).toMatchObject({ code: "trust-required" });
  });

  it("has older versions that can be recovered like the present one [H1]", async () => {
    const service = await startService();
    await phoneWithVersions(service, [4, 5, 6]);
    const next = await registeredPhone(service);
    for (const version of [1, 2, 3]) {
      const recovered = await next.recover({ version });
      expectOk(recovered);
      expect(recovered.body.version).toBe(version);
      expect(recovered.contents).toEqual(contentsOf(3 + version));
    }
  });

  it("has older versions that can be made current again, under a new number [H1]", async () => {
    const service = await startService();
    const phone = await phoneWithVersions(service, [4, 5, 6]);
    const next = await registeredPhone(service, { name: "New phone" });
    expect(problemOf(await next.restore(1))).toMatchObject({ code: "trust-required" });
    expectOk(await next.recover());
    const restored = await next.restore(1);
    expectOk(restored);
    expect(restored.body).toMatchObject({
      version: 4,
      accounts: 4,
      uploadedAt: new Date(service.now()).toISOString(),
      device: { name: "New phone" },
    });
    const status = await phone.status();
    expectOk(status);
    expect(status.body).toMatchObject({ nextVersion: 5, versions: 4, current: restored.body });
    for (const request of [{}, { version: 4 }, { version: 1 }]) {
      const recovered = await next.recover(request);
      expectOk(recovered);
      expect(recovered.contents).toEqual(contentsOf(4));
    }
  });

  it("goes on from a version that was made current: it can be restored itself, and uploaded over [H1]", async () => {
    const service = await startService();
    const phone = await phoneWithVersions(service, [4, 5]);
    expectOk(await phone.restore(1));
    expectOk(await phone.upload(contents));
    const restored = await phone.restore(3);
    expectOk(restored);
    expect(restored.body).toMatchObject({ version: 5, accounts: 4 });
    const recovered = await phone.recover();
    expectOk(recovered);
    expect(recovered.contents).toEqual(contentsOf(4));
  });

  it("has nothing in it rewritten: every older ciphertext stays as it was [H1]", async () => {
    const service = await startService();
    const phone = await phoneWithVersions(service, [4, 5, 6]);
    const before = await envelopesOf(service, phone);
    expectOk(await phone.restore(2));
    expectOk(await phone.upload(contents));
    const after = await envelopesOf(service, phone);
    expect(after.slice(0, 3)).toEqual(before);
    expect(after.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5].map((number) => `envelope:${number}`));
    expect(after[3]?.body.envelope).toBe(before[1]?.body.envelope);
  });

  it("is not changed by a restore without a recent sign-in, of what is current or not there [H1]", async () => {
    const service = await startService();
    const phone = await phoneWithVersions(service, [4, 5]);
    const before = await partitionOf(service, phone);
    expect(problemOf(await phone.restore(2))).toMatchObject({ status: 409, code: "version-current" });
    expect(problemOf(await phone.restore(3))).toMatchObject({ status: 404, code: "version-not-found" });
    await phone.signIn({ signedInSecondsAgo: 3000 });
    expect(problemOf(await phone.restore(1))).toMatchObject({ status: 401, code: "step-up-required" });
    expect(changesBetween(before, await partitionOf(service, phone))).toEqual(COUNTED);
  });

  it("gets a restored version once, however often the phone has to ask [H1]", async () => {
    const service = await startService();
    const phone = await phoneWithVersions(service, [4, 5]);
    const headers = { "Idempotency-Key": "an-act-of-restoring" };
    const [first, second] = [await phone.restore(1, { headers }), await phone.restore(1, { headers })];
    expectOk(first);
    expectOk(second);
    expect(second.body).toEqual(first.body);
    expect(await envelopesOf(service, phone)).toHaveLength(3);
  });

  it("keeps the last ten of a day, and their ciphertexts alone [H1]", async () => {
    const service = await startService();
    const phone = await phoneWithVersions(service, Array<number>(12).fill(4));
    expect(await numbersOf(phone)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect((await envelopesOf(service, phone)).map(({ id }) => id)).not.toContain("envelope:2");
    expect(problemOf(await phone.recover({ version: 2 }))).toMatchObject({ code: "version-not-found" });
    expect(problemOf(await phone.restore(1))).toMatchObject({ code: "version-not-found" });
  });

  it("keeps what was current at the end of each of the last 31 days beside them, so that one of a month ago can be had [H1]", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    // Two a day for 41 days: the even numbers are the last of their days. The history is six days behind.
    for (let day = 0; day < 35 + BEHIND; day++) {
      if (day > 0) service.advance(DAY - 3600);
      await phone.signIn();
      expectOk(await phone.upload(contentsOf(4)));
      service.advance(3600);
      expectOk(await phone.upload(contentsOf(5)));
    }
    const evens = Array.from({ length: 32 + BEHIND }, (_, at) => 82 - 2 * at);
    const kept = [...new Set([82, 81, 80, 79, 78, 77, 76, 75, 74, 73, ...evens])].sort((a, b) => b - a);
    expect(await numbersOf(phone)).toEqual(kept);
    expect(await envelopesOf(service, phone)).toHaveLength(kept.length);

    await phone.signIn();
    const oldest = await phone.recover({ version: 16 });
    expectOk(oldest);
    expect(oldest.contents).toEqual(contentsOf(5));
  });
});

/** A phone with a version of so many accounts each, a second apart. */
async function phoneWithVersions(service: TestService, counts: readonly number[]): Promise<TestPhone> {
  const phone = await backedUpPhone(service);
  for (const [at, count] of counts.entries()) {
    if (at > 0) service.advance(1);
    expectOk(await phone.upload(contentsOf(count)));
  }
  return phone;
}

async function envelopesOf(service: TestService, phone: TestPhone) {
  return (await partitionOf(service, phone)).filter(({ id }) => id.startsWith("envelope:"));
}

async function numbersOf(phone: TestPhone): Promise<number[]> {
  const listed = await phone.versions();
  expectOk(listed);
  return listed.body.versions.map(({ version }) => version);
}
