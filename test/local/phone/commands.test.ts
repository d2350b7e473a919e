import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { serve } from "../../../local/host/server.ts";
import { issuerHandler } from "../../../local/issuer/http.ts";
import { readPhone } from "../../../local/phone/cli/files.ts";
import { event } from "../../../shared/store/items.ts";
import { parseItem } from "../../../shared/store/schema.ts";
import { openTerminal, SAMPLE, type Terminal } from "./support/terminal.ts";

const DAY = 24 * 60 * 60;

let terminal: Terminal;
beforeEach(async () => {
  terminal = await openTerminal();
});

const phone: Terminal["phone"] = (...args) => terminal.phone(...args);
const backedUp: Terminal["backedUp"] = (...options) => terminal.backedUp(...options);
const sampleOf: Terminal["sampleOf"] = (count) => terminal.sampleOf(count);

describe("an issuer at another origin than the service", () => {
  it("signs the owner in, and is asked for nothing else", async () => {
    const { service, phoneWith } = terminal;
    const login = await serve({
      routes: [],
      port: 0,
      requestId: () => "",
      extra: issuerHandler(service.issuer),
    });
    onTestFinished(() => login.close());
    const issuer = `http://localhost:${login.port}`;
    const asked: string[] = [];
    const carry: typeof fetch = (input, init) => {
      asked.push(`${input instanceof Request ? input.url : input}`);
      return fetch(input, init);
    };
    expect(await phoneWith(carry, "turn-on", "--issuer", issuer)).toMatchObject({ status: 0 });
    const ofIssuer = asked.filter((url) => url.startsWith(issuer));
    expect(new Set(ofIssuer)).toEqual(new Set([`${issuer}/dev/token`]));
    expect(asked).not.toContain(`${service.origin}/dev/token`);
  });

  it("is told where it is no address", async () => {
    expect(await phone("turn-on", "--issuer", "nowhere")).toMatchObject({
      status: 1,
      errors: "--issuer is a URL, http://127.0.0.1:7072",
    });
  });
});

describe("a recovery at the command line", () => {
  it("is refused onto a phone that has the accounts already, by their names [D2]", async () => {
    await backedUp();
    expect(await phone("recover", "--phone", "second")).toMatchObject({ status: 0 });
    const again = await phone("recover", "--phone", "second");
    expect(again.status).toBe(1);
    expect(again.errors).toContain("In the way: Fabrikam Mail, alice.lind");
    expect(again.errors).toContain("code:   accounts-present (HTTP 409)");
    expect(again.errors.match(/^In the way: /gm)).toHaveLength(12);
  });

  it("brings an older version if one is named [H1]", async () => {
    await backedUp();
    await phone("upload", await sampleOf(7));
    const recovered = await phone("recover", "--phone", "second", "--version", "1");
    expect(recovered.printed).toContain("Recovered version 1: 12 accounts.");
  });
});

describe("the history at the command line", () => {
  it("lists the versions, and makes an older one current again [H1]", async () => {
    await backedUp();
    await phone("upload", await sampleOf(7));
    expect(await phone("restore", "1")).toMatchObject({
      status: 0,
      printed: "Version 3 is current now: 12 accounts, those of version 1.",
    });
    const { printed } = await phone("versions");
    expect(printed).toMatch(/^\* +3 +12 .* first \(android\)$/m);
    expect(printed).toMatch(/^ +2 +7 /m);
    expect((await phone("recover", "--phone", "second")).printed).toContain(
      "Recovered version 3: 12 accounts.",
    );
  });

  it("is not lost to an upload that loses most accounts, unless the owner says so [H2]", async () => {
    await backedUp();
    const refused = await phone("upload", await sampleOf(2));
    expect(refused.errors).toMatch(/^There now: version 1, 12 accounts, .*, from first \(android\)\.$/m);
    expect(refused.errors).toContain("Offered: 2 accounts.");
    expect((await phone("status")).printed).toContain("The last upload was refused: sharp-drop");
    const agreed = await phone("upload", await sampleOf(2), "--replaces", "1");
    expect(agreed.printed).toContain("Version 2: 2 accounts");
    expect((await phone("status")).printed).not.toContain("refused");
  });
});

describe("a backup that is out of date", () => {
  it("is so in the status, until the owner signs in again and refreshes it [G7] [G8]", async () => {
    await backedUp();
    terminal.service.advance(31 * DAY);
    expect((await phone("status")).printed).toMatch(/^Out of date since .*\nIndicator: red-dot\.$/m);
    expect((await phone("refresh")).printed).toMatch(/^Goes out of date on .*\nIndicator: none\.$/m);
  });
});

describe("turning off at the command line", () => {
  it("destroys the backup, says so to whoever asks, and lets the owner begin again [F2] [F4] [G4]", async () => {
    await backedUp();
    expect(await phone("turn-off", "--confirm", "delete")).toMatchObject({ status: 0 });
    expect((await phone("status")).printed).toMatch(
      /^Backup was turned off on .+, from first \(android\), and destroyed\.\nThis phone is trusted\. To begin a backup: turn-on\.$/,
    );
    const recovery = await phone("recover", "--phone", "second");
    expect(recovery.errors).toMatch(/^Deleted: .+, from first \(android\)\.$/m);
    await phone("turn-on");
    expect((await phone("upload", SAMPLE)).printed).toContain("Version 2: 12 accounts");
  });

  it("is noticed by another phone, which forgets the key [F2]", async () => {
    await backedUp();
    await phone("recover", "--phone", "second");
    await phone("turn-off", "--confirm", "delete");
    expect((await phone("upload", SAMPLE, "--phone", "second")).errors).toContain("code:   backup-off");
    await phone("turn-on");
    const later = await phone("upload", SAMPLE, "--phone", "second");
    expect(later).toMatchObject({ status: 0 });
  });
});

describe("the owner's choices at the command line", () => {
  it("are shown and changed, one without the other [D3] [H8]", async () => {
    await backedUp();
    expect((await phone("policy")).printed).toContain("may not recover");
    const chosen = await phone("policy", "--conflict", "any-account", "--other-platform", "on");
    expect(chosen.printed).toContain("(any-account).\nA phone of the other platform may recover.");
    expect((await phone("policy", "--other-platform", "off")).printed).toContain("(any-account)");
  });

  it("let an iPhone's backup move to Android in a version made without iCloud [H8]", async () => {
    await backedUp("--platform", "ios");
    await phone("policy", "--other-platform", "on");
    const bound = await phone("recover", "--phone", "second");
    expect(bound.errors).toContain("code:   storage-bound");
    expect(await phone("upload", SAMPLE, "--without-icloud")).toMatchObject({ status: 0 });
    expect((await phone("recover", "--phone", "second")).printed).toContain(
      "Recovered version 2: 12 accounts.",
    );
  });

  it("leave an iPhone able to recover what was made without iCloud, if its owner allows that there [A7]", async () => {
    await backedUp("--platform", "ios");
    await phone("policy", "--other-platform", "on");
    await phone("upload", SAMPLE, "--without-icloud");
    const second = ["--phone", "second", "--platform", "ios"];
    const refused = await phone("recover", ...second);
    expect(refused).toMatchObject({ status: 1, printed: "" });
    expect(refused.errors).toContain(
      "this version opens without iCloud, and this phone has an iCloud account: it is taken only if you made it so: repeat it with --without-icloud.",
    );
    const recovered = await phone("recover", ...second, "--without-icloud");
    expect(recovered.printed).toContain("Recovered version 2");
  });

  it("refuse a version made without iCloud if the other platform was not allowed [H8]", async () => {
    await backedUp("--platform", "ios");
    const refused = await phone("upload", SAMPLE, "--without-icloud");
    expect(refused.errors).toContain("code:   envelope-mismatch");
  });
});

describe("the record at the command line", () => {
  it("tells what happened, when, and on which phone, and is found whole [H6]", async () => {
    await backedUp();
    await phone("recover", "--phone", "second");
    const { status, printed } = await phone("activity", "--verify");
    expect(status).toBe(0);
    expect(printed).toMatch(
      /^5 +\d{4}-\d\d-\d\d \d\d:\d\d +recovery-released +second \(android\) +version 1 /m,
    );
    expect(printed).toMatch(/^1 +\d{4}-\d\d-\d\d \d\d:\d\d +device-registered +first \(android\)$/m);
    expect(printed).toMatch(/\nThe record is whole\.$/);
  });

  it("is read over all its pages [H6]", async () => {
    await backedUp();
    for (let at = 0; at < 100; at++) {
      await phone("policy", "--conflict", at % 2 === 0 ? "any-account" : "same-account");
    }
    const { printed } = await phone("activity", "--verify");
    expect(printed.split("\n")).toHaveLength(1 + 103 + 1);
    expect(printed).toMatch(/\nThe record is whole\.$/);
  });

  it("is found broken if an event was changed in the database [H6]", async () => {
    await backedUp();
    const kept = await readPhone(terminal.directory, "first");
    const userId = kept?.phone.owner?.userId ?? expect.fail("the phone is registered");
    const [, second] = await terminal.service.adapters.store.list(userId, "event:");
    if (!second) return expect.fail("two things have happened");
    const body = { ...parseItem(event, second), type: "backup-deleted" };
    const { id, etag } = second;
    await terminal.service.adapters.store.commit(userId, [{ kind: "replace", id, body, etag }]);
    expect(await phone("activity", "--verify")).toMatchObject({
      status: 1,
      errors: "The record is broken at number 2: that event is not as it was.",
    });
  });
});

describe("export and erasure at the command line", () => {
  it("write what is held into a file that only this user can read [H7]", async () => {
    await backedUp();
    const out = join(terminal.directory, "export.json");
    expect((await phone("export", "--out", out)).printed).toMatch(/^\d+ items written to /);
    const { items } = JSON.parse(await readFile(out, "utf8"));
    const ids = items.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining(["owner", "envelope:1", "event:0000000001"]));
  });

  it("leave nothing, and a phone that can begin again [H7]", async () => {
    await backedUp();
    expect(await phone("erase", "--confirm", "erase")).toMatchObject({ status: 0 });
    const after = await phone("status");
    expect(after.errors).toBe("Registered this phone (first, android) for alice.");
    expect(after.printed).toMatch(/^Backup is off\.\nThis phone is registered, not trusted\..*turn-on\.$/);
  });

  it("say that the phone is not known, if the answer to an erasure got lost [G2] [H7]", async () => {
    await backedUp();
    const losing: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (init?.method === "DELETE") throw new TypeError("fetch failed");
      return response;
    };
    const lost = await terminal.phoneWith(losing, "erase", "--confirm", "erase");
    expect(lost.errors).toContain("did not answer");
    expect((await phone("erase", "--confirm", "erase")).errors).toContain("code:   device-not-registered");
    expect((await phone("status")).printed).toMatch(/^Backup is off\.$/m);
  });
});

describe("--json", () => {
  it("prints what every command that only looks was answered, as JSON", async () => {
    const { phone, backedUp } = await openTerminal();
    await backedUp();
    const looking = ["status", "versions", "policy", "contacts", "list", "notices", "refresh", "register"];
    for (const args of [
      ...looking.map((name) => [name]),
      ["activity", "--verify"],
      ["preview", "--phone", "second"],
    ]) {
      const { status, printed } = await phone(...args, "--json");
      expect([args, status]).toEqual([args, 0]);
      expect(Object.keys(JSON.parse(printed)), args.join(" ")).not.toEqual([]);
    }
  });

  it("gives a program the time as the service says it", async () => {
    const { phone, backedUp } = await openTerminal();
    await backedUp();
    const { printed } = await phone("status", "--json");
    expect(JSON.parse(printed)).toMatchObject({ current: { uploadedAt: "2026-11-22T08:00:00.000Z" } });
  });
});
