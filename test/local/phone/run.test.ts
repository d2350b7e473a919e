import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "../../../local/phone/cli/run.ts";
import { machine } from "../../../local/phone/protocol/system.ts";
import { BASE } from "../../support/base.ts";
import { createService, problem } from "./support/answering.ts";

const SAMPLE = new URL("../../../local/phone/sample-accounts.json", import.meta.url).pathname;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(BASE, "phone-"));
});
afterEach(() => rm(directory, { recursive: true }));

function setUp() {
  const service = createService();
  const phone = async (...args: string[]) => {
    const printed: string[] = [];
    const errors: string[] = [];
    const status = await run(args, {
      directory,
      system: { ...machine, now: () => 59_000 },
      fetch: service.fetch,
      print: (text) => printed.push(text),
      printError: (text) => errors.push(text),
    });
    return { status, printed: printed.join("\n"), errors: errors.join("\n") };
  };
  return { ...service, phone };
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(join(directory, path))).mode & 0o777).toString(8);
}

describe("the command line of a phone", () => {
  it("takes an owner from turning on to a recovery on a second phone [D8]", async () => {
    const { phone } = setUp();
    const on = await phone("turn-on", "--platform", "ios");
    expect(on).toMatchObject({ status: 0, errors: "Registered this phone (first, ios) for alice." });
    expect((await phone("upload", SAMPLE)).printed).toContain("Version 1: 12 accounts");
    expect((await phone("status")).printed).toContain("Version 1: 12 accounts");
    const out = join(directory, "recovered.json");
    const recovered = await phone("recover", "--phone", "second", "--platform", "ios", "--out", out);
    expect(recovered.printed).toMatch(
      /^5 +work-or-school +Woodgrove Bank +a\.lind@woodgrove\.example +ready$/m,
    );
    expect(JSON.parse(await readFile(out, "utf8"))).toEqual(JSON.parse(await readFile(SAMPLE, "utf8")));
    expect((await phone("list")).printed).toContain("DEVICE-ID");
  });

  it("keeps keys where no other user of the machine can read them", async () => {
    const { phone } = setUp();
    await phone("turn-on", "--platform", "ios", "--owner", "bob");
    expect(await modeOf("phones")).toBe("700");
    expect(await modeOf("phones/first.json")).toBe("600");
    expect(await modeOf("icloud")).toBe("700");
    expect(await modeOf("icloud/bob.json")).toBe("600");
  });

  it("prints a problem so that a person can act on it, and fails", async () => {
    const { phone, mishaps } = setUp();
    await phone("turn-on");
    const members = {
      code: "app-too-old",
      title: "Update the app",
      detail: "From 6.6.0.",
      remedy: "update-app",
    };
    mishaps.push(problem(403, members, { "Retry-After": "30" }));
    expect(await phone("status")).toEqual({
      status: 1,
      printed: "",
      errors: "Update the app\nFrom 6.6.0.\ncode:   app-too-old (HTTP 403)\nremedy: update-app (after 30 s)",
    });
  });

  it("says that the service did not answer, and sends the same again the next time [G2]", async () => {
    const { phone, mishaps, received } = setUp();
    await phone("turn-on");
    mishaps.push("answer-lost");
    const lost = await phone("upload", SAMPLE);
    expect(lost).toMatchObject({ status: 1, errors: expect.stringContaining("did not answer") });
    await phone("upload", SAMPLE);
    const [one, two] = received.filter(({ method, path }) => method === "PUT" && path === "/v1/backup");
    expect(two?.body).toEqual(one?.body);
  });

  it("refuses a file with more in it than a backup holds [C3]", async () => {
    const { phone } = setUp();
    await phone("turn-on");
    const file = join(directory, "more.json");
    const sample = JSON.parse(await readFile(SAMPLE, "utf8"));
    await writeFile(file, JSON.stringify({ ...sample, password: "hunter2" }));
    expect(await phone("upload", file)).toEqual({
      status: 1,
      printed: "",
      errors: "not contents of a backup: /: no other members",
    });
  });

  it("shows the codes of a file without asking anyone", async () => {
    const { phone, received } = setUp();
    const { printed } = await phone("codes", SAMPLE);
    expect(printed.split("\n")).toHaveLength(13);
    expect(printed).toMatch(/^Fabrikam Mail +alice\.lind +\d{6} +1 s$/m);
    expect(received).toEqual([]);
  });

  it("prints the headers of a request, and nothing else, for another program to send", async () => {
    const { phone } = setUp();
    const { printed } = await phone("headers", "GET", "/v1/backup");
    const names = printed.split("\n").map((line) => line.slice(0, line.indexOf(": ")));
    expect(names).toEqual(["authorization", "dpop", "x-client-platform", "x-client-version"]);
  });

  it.each([
    ["deny", "POST", "/v1/recoveries/-bcdefghijklmnopqrstuv/deny"],
    ["revoke", "DELETE", "/v1/devices/-bcdefghijklmnopqrstuv"],
  ])("sends the id that %s names, though it begins as an option does", async (command, method, path) => {
    const { phone, received } = setUp();
    await phone("turn-on");
    await phone(command, "-bcdefghijklmnopqrstuv");
    expect(received.at(-1)).toMatchObject({ method, path });
  });

  it("does not use one owner's phone for another", async () => {
    const { phone } = setUp();
    await phone("turn-on");
    const { errors } = await phone("status", "--owner", "bob");
    expect(errors).toBe("the phone first is alice's (android): name another --phone");
  });

  it.each([
    [["frobnicate"], "there is no command frobnicate"],
    [["upload"], "upload takes FILE after it"],
    [["upload", SAMPLE, "--replaces", "0"], "--replaces is the number of a version"],
    [["restore", "1.5"], "N is the number of a version"],
    [["recover", "--version", "last"], "--version is the number of a version"],
    [["policy", "--conflict", "none"], "--conflict is same-account or any-account"],
    [["policy", "--other-platform", "yes"], "--other-platform is on or off"],
    [
      ["turn-off"],
      "turn-off destroys every version of the backup, and its key: repeat it with --confirm delete",
    ],
    [["turn-off", "--confirm", "erase"], "repeat it with --confirm delete"],
    [["erase"], "erase erases the backup, the phones and the record: repeat it with --confirm erase"],
    [["export"], "export takes --out FILE"],
    [["upload", "nowhere.json"], "nowhere.json can't be read"],
    [["revoke"], "revoke takes DEVICE-ID after it"],
    [["status", "--platform", "symbian"], "--platform is ios or android"],
    [["status", "--phone", "../../etc/passwd"], "--phone is 1 to 64 letters"],
    [["status", "--colour"], "--colour"],
    [["status", "a"], "status takes nothing after it"],
    [["headers", "GET"], "headers takes METHOD and PATH after it"],
  ])("explains what is wrong with %j", async (args, message) => {
    const { phone } = setUp();
    expect(await phone(...args)).toMatchObject({ status: 1, errors: expect.stringContaining(message) });
  });

  it("tells how it is used", async () => {
    const { phone } = setUp();
    for (const args of [[], ["--help"], ["upload", "--help"]]) {
      expect(await phone(...args)).toMatchObject({ status: 0, printed: expect.stringContaining("Examples") });
    }
  });
});
