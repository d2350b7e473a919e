import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { COMMANDS, commandNamed } from "../../../local/phone/cli/commands/list.ts";
import { helpOf, helpOfAll } from "../../../local/phone/cli/help.ts";
import { widthOf } from "../../../local/phone/cli/print/columns.ts";
import { formatTable } from "../../../local/phone/cli/print/table.ts";
import { spanOf, timeOf } from "../../../local/phone/cli/print/time.ts";
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
      errors:
        "Update the app\nFrom 6.6.0.\ncode:   app-too-old (HTTP 403)\nremedy: update-app (after 30 seconds)\nid:     urn:uuid:0",
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
    [["status", "--colour"], "there is no option --colour: see --help"],
    [["status", "a"], "status takes nothing after it"],
    [["headers", "GET"], "headers takes METHOD and PATH after it"],
  ])("explains what is wrong with %j", async (args, message) => {
    const { phone } = setUp();
    expect(await phone(...args)).toMatchObject({ status: 1, errors: expect.stringContaining(message) });
  });

  it.each([
    [["uplaod", SAMPLE], "there is no command uplaod: did you mean upload?"],
    [["status", "--phnoe", "x"], "there is no option --phnoe: did you mean --phone?"],
    [["status", "--confirm", "erase"], "status takes no --confirm: see status --help"],
    [["recover", "--waiting", "3d"], "recover takes no --waiting"],
    [["status", "--language", "sv;q=1"], "--language is a language tag"],
    [["frobnicate", "--help"], "there is no command frobnicate"],
    [["status", "--phone"], "Option '--phone <value>' argument missing"],
  ])("helps on at a wrong turn: %j", async (args, message) => {
    const { phone } = setUp();
    expect(await phone(...args)).toMatchObject({ status: 1, errors: expect.stringContaining(message) });
  });

  it("tells how it is used", async () => {
    const { phone } = setUp();
    for (const args of [[], ["--help"], ["help"]]) {
      expect(await phone(...args)).toMatchObject({ status: 0, printed: expect.stringContaining("Examples") });
    }
  });

  it.each(COMMANDS.map(({ name }) => name))("tells how %s is used, and does nothing", async (name) => {
    const { phone, received } = setUp();
    const { status, printed } = await phone(name, "--help");
    expect(status).toBe(0);
    expect(printed).toMatch(new RegExp(`^npm run phone -- ${name}\\b`));
    expect(await phone("help", name)).toEqual({ status, printed, errors: "" });
    for (const option of commandNamed(name)?.options ?? []) expect(printed).toContain(`--${option}`);
    expect(received).toEqual([]);
  });

  it.each([60, 80, 200])("tells it on a terminal of %i columns", (columns) => {
    const pages = [helpOfAll(columns), ...COMMANDS.map((command) => helpOf(command, columns))];
    // A command to copy is not broken.
    const lines = pages.flatMap((page) => page.split("\n")).filter((line) => !line.includes("npm run phone"));
    const most = Math.max(...lines.map(widthOf));
    expect(most).toBeLessThanOrEqual(columns);
  });

  it("says in which language the service is to answer", async () => {
    const { phone, received } = setUp();
    await phone("status", "--language", "zh-Hant");
    expect(received.at(-1)?.headers.get("Accept-Language")).toBe("zh-Hant");
  });

  it("names what of a request is wrong, when the next try is open, and which request it was", async () => {
    const { phone, mishaps } = setUp();
    await phone("turn-on");
    const retryAt = "2026-11-22T07:00:00.000Z";
    const errors = [{ pointer: "/name", rule: "must be: string" }];
    mishaps.push(problem(400, { code: "of-a-later-version", errors, retryAt }));
    const told = (await phone("status")).errors.split("\n");
    expect(told).toContain("At /name: must be: string.");
    expect(told).toContain(`The next try is open from ${timeOf(retryAt)} on.`);
    expect(told).toContain("id:     urn:uuid:0");
  });

  it("names a damaged file of its own, and never what it holds", async () => {
    const { phone } = setUp();
    await phone("turn-on", "--platform", "ios");
    for (const file of ["phones/first.json", "icloud/alice.json"]) {
      const kept = await readFile(join(directory, file), "utf8");
      await writeFile(join(directory, file), `hunter2${kept}`);
      const { status, printed, errors } = await phone("status", "--platform", "ios");
      expect([status, printed]).toEqual([1, ""]);
      expect(errors).toBe(
        `${join(directory, file)} is damaged: put a copy back, or remove it and begin with a new one`,
      );
      await writeFile(join(directory, file), kept);
    }
  });

  it("leaves no other file with keys behind, even where it can't write", async () => {
    const { phone } = setUp();
    await phone("turn-on");
    await phone("upload", SAMPLE);
    const folder = join(directory, "taken");
    await mkdir(folder);
    // A folder stands where the file would be.
    expect(await phone("recover", "--phone", "second", "--out", folder)).toMatchObject({
      status: 1,
      errors: expect.stringContaining(`${folder} can't be written: `),
    });
    const files = await readdir(directory, { recursive: true });
    expect(files.filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  it("reads accounts that begin with a byte order mark, as editors of Windows write them", async () => {
    const { phone } = setUp();
    await phone("turn-on");
    const file = join(directory, "with a mark.json");
    await writeFile(file, `\ufeff${await readFile(SAMPLE, "utf8")}`);
    expect((await phone("upload", file)).printed).toContain("12 accounts");
    await writeFile(file, "\ufeffotpauth://totp/x?secret=JBSWY3DPEHPK3PXP\r\n");
    expect((await phone("codes", file)).status).toBe(0);
  });

  it("says what to do next", async () => {
    const { phone } = setUp();
    expect((await phone("status")).printed).toMatch(/turn-on/);
    await phone("turn-on");
    expect((await phone("turn-on")).status).toBe(0);
    expect((await phone("status")).printed).toContain("Next: upload FILE");
  });
});

describe("--json", () => {
  it("prints one JSON text for each command, and nothing that was not asked for is a secret", async () => {
    const { phone } = setUp();
    await phone("turn-on");
    await phone("upload", SAMPLE);
    for (const args of [["status"], ["codes", SAMPLE], ["headers", "GET", "/v1/backup"]]) {
      const { status, printed, errors } = await phone(...args, "--json");
      expect([args, status, errors]).toEqual([args, 0, ""]);
      expect(typeof JSON.parse(printed)).toBe("object");
    }
    const recovered = await phone("recover", "--phone", "second", "--json");
    expect(JSON.parse(recovered.printed)).toMatchObject({
      state: expect.any(String),
      accounts: expect.any(Array),
    });
    expect(recovered.printed).not.toMatch(/envelope|"sealed"|secret/i);
  });

  it("prints a refusal as it came, and a wrong command line as an error", async () => {
    const { phone, mishaps } = setUp();
    await phone("turn-on");
    mishaps.push(problem(403, { code: "app-too-old" }));
    const refused = await phone("status", "--json");
    expect([refused.status, refused.errors]).toEqual([1, ""]);
    expect(JSON.parse(refused.printed)).toMatchObject({ code: "app-too-old", status: 403 });
    const wrong = await phone("uplaod", "--json");
    expect(JSON.parse(wrong.printed)).toEqual({ error: "there is no command uplaod: did you mean upload?" });
    expect(wrong.status).toBe(1);
  });
});

describe("what is printed", () => {
  it("stands in columns that align, with wide characters and marks too", () => {
    const table = formatTable([
      ["銀行", "a"],
      ["e\u0301", "b"],
      ["plain", "c"],
      ["ｶﾅ👍🏽", "d"],
    ]);
    expect(table.split("\n").map((line) => widthOf(line))).toEqual([8, 8, 8, 8]);
  });

  it("moves no cursor, whatever a phone or an account is called", () => {
    const family = "👨\u200d👩\u200d👧";
    expect(formatTable([[family, "x"]])).toBe(`${family}  x`);
    expect(formatTable([["\u001b[2Jgone\r\n", "\u202eevil"]])).toBe("\ufffd[2Jgone\ufffd\ufffd  \ufffdevil");
  });

  it("says times in this machine's time zone, and spans as people do", () => {
    expect(timeOf("2026-11-22T07:00:30.000Z", "Europe/Stockholm")).toBe("2026-11-22 08:00");
    expect(timeOf("2026-07-22T23:30:00.000Z", "Asia/Taipei")).toBe("2026-07-23 07:30");
    expect(timeOf("soon")).toBe("soon");
    expect([0, 1, 60, 3_600, 86_400, 90_061, 259_200].map(spanOf)).toEqual([
      "0 seconds",
      "1 second",
      "1 minute",
      "1 hour",
      "1 day",
      "1 day 1 hour",
      "3 days",
    ]);
  });
});
