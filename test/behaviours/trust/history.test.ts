import { describe, expect, it } from "vitest";
import type { Contents } from "../../../local/phone/protocol/accounts.ts";
import { BEHIND } from "../../../shared/backup/history.ts";
import { contentsOf } from "../../support/accounts.ts";
import {
  backedUpPhone,
  expectOk,
  phoneOf,
  problemOf,
  startService,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";
import { DAY, HOUR, later, newPhone, recovered, statusOf } from "../stage.ts";
import { anotherInstance, backupOf, keptOf, laterStale, STALE, trustedPhone } from "./stage.ts";

/** An owner whose backup holds twelve accounts, as version 1. */
async function startWithTwelve() {
  const service = await startService();
  const old = await backedUpPhone(service, { name: "Old phone" });
  expectOk(await old.upload(contentsOf(12)));
  return { service, old };
}

/** Days with an upload after which a version goes that has been kept for its time: a clock is believed no sooner. */
const GONE = BEHIND + 1;

/** So many uploads of the same accounts, one a second: enough to push out what is kept by number alone. */
async function upload(service: TestService, phone: TestPhone, contents: Contents, times = 11) {
  expectOk(await phone.status());
  for (let count = 0; count < times; count++) {
    service.advance(1);
    expectOk(await phone.upload(contents));
  }
}

/** A day goes by, and the phone uploads the same accounts on the next. */
async function nextDays(service: TestService, phone: TestPhone, contents: Contents, days: number) {
  for (let day = 0; day < days; day++) {
    await later(service, DAY, phone);
    await upload(service, phone, contents, 1);
  }
}

describe("a version that was replaced with a loss", () => {
  const losses: readonly (readonly [
    what: string,
    lose: (old: TestPhone, service: TestService) => Promise<Contents>,
  ])[] = [
    [
      "of one account of twelve",
      async (old) => {
        expectOk(await old.upload(contentsOf(11)));
        return contentsOf(11);
      },
    ],
    [
      "of an account that was renamed, so that their number is the same",
      async (old) => {
        const renamed = contentsOf(12);
        const [first, ...others] = renamed.accounts;
        if (!first) throw new Error("there is no account");
        const changed = { ...renamed, accounts: [{ ...first, userName: "another.name" }, ...others] };
        expectOk(await old.upload(changed));
        return changed;
      },
    ],
    [
      "of nearly all, because the owner said so",
      async (old) => {
        expectOk(await old.upload(contentsOf(1), { replaces: 1 }));
        return contentsOf(1);
      },
    ],
    [
      "by starting anew",
      async (old) => {
        expectOk(await old.recover({ purpose: "start-anew" }));
        expectOk(await old.upload(contentsOf(12)));
        return contentsOf(12);
      },
    ],
  ];

  it.each(losses)(
    "is kept for 31 days, whatever is uploaded since, and not much longer: %s [H1] [D11]",
    async (_, lose) => {
      const { service, old } = await startWithTwelve();
      const contents = await lose(old, service);
      await upload(service, old, contents);
      await nextDays(service, old, contents, 30);
      expect(await keptOf(service, old)).toContain(1);
      await nextDays(service, old, contents, GONE);
      expect(await keptOf(service, old)).not.toContain(1);
    },
  );

  it("is kept for 31 days, too, where another phone, with other accounts, has uploaded since [H1] [D11]", async () => {
    const { service, old } = await startWithTwelve();
    const other = await trustedPhone(service);
    expectOk(await other.upload(contentsOf(14)));
    expectOk(await old.status());
    expectOk(await old.upload(contentsOf(12)));
    expectOk(await other.status());
    expectOk(await other.upload(contentsOf(13)));
    await upload(service, old, contentsOf(12));
    await nextDays(service, old, contentsOf(12), 30);
    // The only one that has the fourteenth account.
    expect(await keptOf(service, old)).toContain(2);
    await nextDays(service, old, contentsOf(12), GONE);
    expect(await keptOf(service, old)).not.toContain(2);
  });

  it("is kept for 31 days, too, where an older one was restored over it [H1]", async () => {
    const { service, old } = await startWithTwelve();
    expectOk(await old.upload(contentsOf(13)));
    expectOk(await old.restore(1));
    await upload(service, old, contentsOf(12));
    await nextDays(service, old, contentsOf(12), 30);
    const kept = await keptOf(service, old);
    expect(kept).toContain(2);
    // The one that lost nothing.
    expect(kept).not.toContain(1);
    await nextDays(service, old, contentsOf(12), GONE);
    expect(await keptOf(service, old)).not.toContain(2);
  });

  it("is kept as long as that not counting the days that were frozen [H1] [H5]", async () => {
    const { service, old } = await startWithTwelve();
    expectOk(await old.upload(contentsOf(11)));
    await upload(service, old, contentsOf(11));
    await nextDays(service, old, contentsOf(11), 10);
    expectOk(await old.deny(await recovered(await newPhone(service))));
    await nextDays(service, old, contentsOf(11), 30);
    expect((await statusOf(old)).frozen).toBeUndefined();
    // Frozen in any part were 31 days, from the one on which it began to the one on which it ended.
    await nextDays(service, old, contentsOf(11), 21);
    expect(await keptOf(service, old)).toContain(1);
    await nextDays(service, old, contentsOf(11), GONE);
    expect(await keptOf(service, old)).not.toContain(1);
  });

  it("and replaced without one isn't kept for that: ten are, and the last of each day [H1]", async () => {
    const { service, old } = await startWithTwelve();
    for (let day = 0; day < 40; day++) {
      await upload(service, old, contentsOf(12), 3);
      await later(service, DAY, old);
    }
    await upload(service, old, contentsOf(12), 1);
    const { versions } = await backupOf(service, old);
    // Today's, and of the days before, 31 and those on which a clock is not believed yet, the last of each; the ten newest
    // are the last of three days and a bit.
    const ends = Array.from({ length: 31 + BEHIND }, (_, day) => 122 - 1 - 3 * day);
    const newest = Array.from({ length: 10 }, (_, at) => 122 - at);
    const expected = [...new Set([...newest, ...ends])].toSorted((a, b) => b - a);
    expect(versions.map(({ version }) => version)).toEqual(expected);
  });
});

describe("while the backup is frozen", () => {
  it("nothing from before is thinned, whatever the stolen phone uploads [H1] [H5]", async () => {
    const { service, old: stolen } = await startWithTwelve();
    await nextDays(service, stolen, contentsOf(12), 28);
    const thief = await newPhone(service);
    const id = await recovered(thief);
    expectOk(await stolen.deny(id));
    const before = await keptOf(service, stolen);
    expect(before).toHaveLength(29);
    for (let day = 0; day < 29; day++) {
      await laterStale(service, DAY, stolen);
      await upload(service, stolen, contentsOf(12));
    }
    expect(await keptOf(service, stolen)).toEqual(expect.arrayContaining(before));
    // What came since is thinned as ever: the ten newest, and the last of each day.
    expect((await keptOf(service, stolen)).length).toBe(before.length + 28 + 10);
  });
});

describe("a clock that runs ahead", () => {
  it("thins nothing: it is believed only after uploads on seven days [H1]", async () => {
    const { service, old } = await startWithTwelve();
    await nextDays(service, old, contentsOf(12), 30);
    expectOk(await old.upload(contentsOf(11)));
    await upload(service, old, contentsOf(11));
    const before = await keptOf(service, old);
    const fast = await anotherInstance(service);
    fast.advance((service.now() - fast.now()) / 1000 + 200 * DAY);
    const there = await phoneOf(fast, { state: old.state() });
    await upload(fast, there, contentsOf(11), 1);
    const ofDays = before.filter((version) => version <= 31);
    expect(ofDays).toHaveLength(31);
    expect(await keptOf(service, old)).toEqual(expect.arrayContaining(ofDays));
  });
});

describe("a phone of which there is a version", () => {
  it("has its newest one kept, however much the others upload, and for 31 days once it is gone [H1]", async () => {
    const { service, old } = await startWithTwelve();
    const other = await trustedPhone(service, { name: "Tablet" });
    await upload(service, other, contentsOf(12), 1);
    await upload(service, old, contentsOf(12));
    await nextDays(service, old, contentsOf(12), 40);
    expect(await keptOf(service, old)).toContain(2);
    expectOk(await old.revoke(other.deviceId));
    await nextDays(service, old, contentsOf(12), 30);
    expect(await keptOf(service, old)).toContain(2);
    await nextDays(service, old, contentsOf(12), GONE);
    expect(await keptOf(service, old)).not.toContain(2);
  });
});

describe("uploads that lose an account, without a fresh sign-in,", () => {
  it("are three a day, of all the owner's phones together; a fresh sign-in lets more through [H1]", async () => {
    const { service, old } = await startWithTwelve();
    const other = await trustedPhone(service, { name: "Tablet" });
    const [first, second] = [old, other];
    await laterStale(service, HOUR, first, second);
    for (const [phone, size] of [
      [first, 11],
      [second, 11],
      [first, 10],
    ] as const) {
      expectOk(await phone.status());
      expectOk(await phone.upload(contentsOf(size)));
    }
    expectOk(await second.status());
    expect(problemOf(await second.upload(contentsOf(10)))).toMatchObject({ code: "step-up-required" });
    // One that loses nothing goes through; so does one after a fresh sign-in.
    expectOk(await second.upload(contentsOf(11)));
    await second.signIn();
    expectOk(await second.upload(contentsOf(10)));
    await laterStale(service, DAY, second);
    expectOk(await second.upload(contentsOf(9)));
  });

  it("push out none of the good versions, on no day of 31 and by however many phones [H1] [D11]", async () => {
    const { service, old } = await startWithTwelve();
    const phones = [old, await trustedPhone(service), await trustedPhone(service)];
    expectOk(await old.status());
    expectOk(await old.upload(contentsOf(12)));
    for (let day = 0; day < 30; day++) {
      await laterStale(service, DAY, ...phones);
      for (let round = 0; round < 2; round++) {
        for (const phone of phones) {
          expectOk(await phone.status());
          await phone.upload(contentsOf(round === 0 ? 11 : 12));
        }
      }
      expect(await keptOf(service, old)).toContain(2);
    }
  });

  it("leave the newest thirty of those that their owner confirmed, and refuse none of them [H1]", async () => {
    const { service, old } = await startWithTwelve();
    await later(service, DAY, old);
    expectOk(await old.status());
    for (let count = 0; count < 80; count++) {
      service.advance(1);
      expectOk(await old.upload(contentsOf(count % 2 === 0 ? 11 : 12)));
    }
    const { versions } = await backupOf(service, old);
    const held = versions.filter((version) => version.held).map(({ version }) => version);
    // Every other one lost an account; the first was the last of its day.
    expect(held).toEqual([...Array.from({ length: 30 }, (_, at) => 79 - 2 * at), 1]);
  });
});

describe("an upload that leaves out most of what its phone had", () => {
  it("is measured by the fullest list of the past 24 hours, then by the last [H2]", async () => {
    const { service, old } = await startWithTwelve();
    await later(service, 12 * HOUR, old);
    expectOk(await old.upload(contentsOf(6)));
    await later(service, 12 * HOUR - 1, old);
    expect(problemOf(await old.upload(contentsOf(5)))).toMatchObject({ code: "sharp-drop", offered: 5 });
    await later(service, 1, old);
    expectOk(await old.upload(contentsOf(5)));
    expect(problemOf(await old.upload(contentsOf(2)))).toMatchObject({ code: "sharp-drop" });
    await later(service, 2 * DAY, old);
    expect(problemOf(await old.upload(contentsOf(2)))).toMatchObject({ code: "sharp-drop" });
    expectOk(await old.upload(contentsOf(3)));
  });

  it("is measured by accounts, not by their number: twelve others are none of those [H2]", async () => {
    const { old } = await startWithTwelve();
    const others = contentsOf(24);
    const upload = { ...others, accounts: others.accounts.slice(12) };
    expect(problemOf(await old.upload(upload))).toMatchObject({ code: "sharp-drop", offered: 12 });
  });

  it("is measured by what the phone recovered, where it has uploaded nothing yet [H2] [D11]", async () => {
    const { service } = await startWithTwelve();
    const next = await trustedPhone(service);
    expectOk(await next.status());
    expect(problemOf(await next.upload(contentsOf(0)))).toMatchObject({ code: "sharp-drop" });
    expectOk(await next.upload(contentsOf(6)));
  });

  it("goes through where its owner confirmed it after a fresh sign-in; what was before counts no more [H2]", async () => {
    const { old } = await startWithTwelve();
    await old.signIn(STALE);
    const refused = await old.upload(contentsOf(2), { replaces: 1 });
    expect(problemOf(refused)).toMatchObject({ code: "step-up-required" });
    await old.signIn();
    expectOk(await old.upload(contentsOf(2), { replaces: 1 }));
    expectOk(await old.upload(contentsOf(1)));
  });

  it("is no drop right after starting anew, nor where the phone had none [H2]", async () => {
    const { old } = await startWithTwelve();
    expectOk(await old.recover({ purpose: "start-anew" }));
    expectOk(await old.upload(contentsOf(2)));
    expectOk(await old.upload(contentsOf(1)));
    expectOk(await old.upload(contentsOf(0), { replaces: 3 }));
    expectOk(await old.upload(contentsOf(0)));
    expectOk(await old.upload(contentsOf(1)));
  });
});
