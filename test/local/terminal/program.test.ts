import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { readOrigin } from "../../../local/host/publicOrigin.ts";
import { helpOf, misuseOf, readPort, readWhole, toldOf } from "../../../local/terminal/program.ts";
import manifest from "../../../package.json" with { type: "json" };
import { makeSettings, requireCoreTools } from "../../../scripts/func.ts";
import { temporaryFolder } from "../../support/folder.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** How a program of the checkout ends when it is called from `folder`. */
async function run(file: string, args: readonly string[], folder = ROOT) {
  const child = spawn(process.execPath, [join(ROOT, file), ...args], {
    cwd: folder,
    timeout: 50_000,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  const [printed, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { printed, errors, status };
}

/** The programs that package.json starts, by the names of their scripts. */
const PROGRAMS = Object.entries(manifest.scripts).flatMap(([name, script]) => {
  const file = /^node (?:--import \S+ )?(\S+\.ts)$/.exec(script)?.[1];
  return file === undefined ? [] : [[name, file] as const];
});

describe("each program that package.json starts", () => {
  it("is found", () => {
    expect(PROGRAMS.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        "start",
        "issuer",
        "demo",
        "phone",
        "test:faults",
        "test:emulators",
        "settings",
      ]),
    );
  });

  it.concurrent.each(PROGRAMS)("%s says how it is used, and starts nothing", async (name, file) => {
    // Called from elsewhere: what it started would leave something there.
    const { printed, errors, status } = await run(file, ["--help"], await temporaryFolder());
    expect([errors, status]).toEqual(["", 0]);
    expect(printed).toContain(`npm ${name === "start" ? "" : "run "}`);
    expect(printed).toContain(name);
  });

  it.each(PROGRAMS)("%s reads its command line as the others do", async (name, file) => {
    // These have commands, and a reader of their own.
    if (["phone", "provider", "ops"].includes(name)) return;
    expect(await readFile(join(ROOT, file), "utf8")).toContain("await runProgram(");
  });

  it.concurrent.each(PROGRAMS.filter(([name]) => ["start", "settings", "phone", "ops"].includes(name)))(
    "%s refuses an option that it doesn't know, in one line, with status 1",
    async (_, file) => {
      const { printed, errors, status } = await run(file, ["--no-such-option"]);
      expect([printed, status]).toEqual(["", 1]);
      expect(errors).toMatch(/^[^\n]*(?:--no-such-option|no such option)[^\n]*\n$/);
    },
  );
});

describe("what stops a start is told in one line, with what to do", () => {
  const START = "local/host/main.ts";

  async function refusedStart(args: readonly string[]): Promise<string> {
    const { printed, errors, status } = await run(START, args, await temporaryFolder());
    expect([printed, status]).toEqual(["", 1]);
    expect(errors).toMatch(/^[^\n]+\n$/);
    return errors;
  }

  it.concurrent.each([
    [["--prot", "7080"], "There is no option --prot: did you mean --port?"],
    [["--data", "  "], "--data is the folder of the data, and empty"],
    [["--public-origin", "http://10.0.2.2:7071/v1"], ": http://10.0.2.2:7071\n"],
  ])("%j", async (args, told) => {
    expect(await refusedStart(args)).toContain(told);
  });

  it.each(["0", "7071x", "", " 7071", "70000", "-1", "1e3"])("a port is a whole number: %j", (text) => {
    expect(() => readPort(text)).toThrow("--port is a whole number from 1 to 65535");
  });

  it.each(["many", "", "0", "1.5"])("so is what else is counted: %j", (text) => {
    expect(() => readWhole("--work", text)).toThrow("--work is a whole number from 1 up");
  });

  it.each(["10.0.2.2:7071", "ftp://10.0.2.2", "", "http://10.0.2.2/", "HTTP://10.0.2.2:7071"])(
    "an origin has a scheme, a host and a port: %j",
    (text) => {
      expect(() => readOrigin(text)).toThrow("--public-origin is a scheme, a host and a port");
      expect(readOrigin("https://name.example")).toBe("https://name.example");
    },
  );

  it("names a port that another program has", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === "object" ? address?.port : undefined;
    expect(await refusedStart(["--port", String(port)])).toBe(
      `Port ${port} is in use: is it running already? Take another one with --port.\n`,
    );
  });

  it("names a folder that is a file, or lies behind one", async () => {
    const file = join(await temporaryFolder(), "file with a blank, ÄÖ");
    await writeFile(file, "");
    expect(await refusedStart(["--data", file])).toBe(`${file} is a file, and would have to be a folder.\n`);
    expect(await refusedStart(["--data", join(file, "below")])).toMatch(
      /leads through a file that would have to be a folder\.\n$/,
    );
  });

  it.each([
    [
      "backup.db",
      /the database .* can't be used: it is damaged, or no database; put a copy back, or begin anew: rm -rf /,
    ],
    ["key-encryption-key.pem", /holds no RSA private key of 2048 bits in PEM; put a copy back/],
    ["issuer.json", /doesn't hold a P-256 private key as a JWK; delete it and another is made/],
    ["clock.json", /doesn't say how far the clock is ahead; delete it, and it is not/],
  ])("names a damaged %s, and never what it holds", async (name, told) => {
    const data = join(await temporaryFolder(), "data");
    await mkdir(data);
    await writeFile(join(data, name), "hunter2 ".repeat(1_000), { mode: 0o600 });
    const errors = await refusedStart(["--data", data, "--port", "7999"]);
    expect(errors).toMatch(told);
    expect(errors).not.toContain("hunter2");
  });
});

describe("what the system says is told in words", () => {
  const failed = (members: object) => Object.assign(new Error("EX: quoted"), members);

  it.each([
    [
      { code: "EACCES", syscall: "listen", port: 80 },
      "Port 80 is kept for administrators, as all below 1024 are",
    ],
    [{ code: "EACCES", syscall: "listen", port: 7071 }, "Port 7071 is kept by the system for itself"],
    [{ code: "EACCES", syscall: "mkdir", path: "/srv/x" }, "/srv/x may not be read or written by this user."],
    [{ code: "EROFS", syscall: "open", path: "/srv/x" }, "/srv/x is on a disk that can't be written to."],
    [{ code: "ENOSPC", syscall: "write", path: "/srv/x" }, "/srv/x can't be written: the disk is full."],
  ])("%j", (members, told) => {
    expect(toldOf(failed(members))).toContain(told);
  });

  it("leaves a fault of our own its stack", () => {
    expect(toldOf(new TypeError("x is undefined"))).toBeUndefined();
    expect(toldOf(failed({ code: "EWHATEVER", path: "/srv/x" }))).toBeUndefined();
    expect(toldOf("thrown")).toBeUndefined();
  });
});

describe("help", () => {
  const program = {
    name: "npm run x",
    about:
      "Does what it does, in a sentence that is longer than the narrowest of all terminals.\n\nAnd more.",
    options: {
      port: { type: "string", default: "7071", value: "PORT", means: "where it listens, 那裡" },
      host: { type: "string", multiple: true, value: "NAME", means: "another name." },
    },
  } as const;

  it.each([40, 60, 80, 200])("fits a terminal of %i columns", (columns) => {
    const help = helpOf(program, columns);
    expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(help).toMatch(/ {2}--port PORT {2}where it listens, /);
    expect(help.replaceAll(/\s+/g, " ")).toContain("那裡 (default: 7071)");
    expect(help.replaceAll(/\s+/g, " ")).toContain("another name. May be given several times.");
  });

  it.each([
    [["7080"], "Unexpected argument '7080'."],
    [["--port"], "Option '--port <value>' argument missing."],
    [["--dta=x"], "There is no option --dta: did you mean --data?"],
  ])("is pointed to in a sentence: %j", (args, told) => {
    const options = { port: { type: "string" }, data: { type: "string" } } as const;
    try {
      parseArgs({ args, options });
      expect.unreachable();
    } catch (error) {
      expect(misuseOf(error, args, Object.keys(options))).toBe(told);
    }
  });

  it("guesses no option from something quite different", () => {
    const error = Object.assign(new Error("Unknown option '--verbose'. To specify"), {
      code: "ERR_PARSE_ARGS_UNKNOWN_OPTION",
    });
    expect(misuseOf(error, ["--verbose"], ["port", "data"])).toBe("There is no option --verbose.");
  });
});

describe("an older Node", () => {
  it("is told apart in each script, with the line that installs the right one", async () => {
    const started = Object.values(manifest.scripts).filter((script) => /\.ts$|vitest/.test(script));
    expect(
      started.filter(
        (script) =>
          !script.startsWith("node --import ./scripts/node24.js ") &&
          !script.startsWith("node ./scripts/node24.js && "),
      ),
    ).toEqual([]);
    // Without reading TypeScript, as Node 20 is.
    const child = spawn(
      process.execPath,
      ["--no-experimental-strip-types", "--import", "./scripts/node24.js", "local/host/main.ts"],
      { cwd: ROOT, timeout: 50_000, stdio: ["ignore", "pipe", "pipe"] },
    );
    const ended = new Promise((resolve) => child.once("close", resolve));
    const [printed, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    expect([printed, status]).toEqual(["", 1]);
    expect(errors).toMatch(
      /^This needs Node 24, and runs on v[^\n]+: npm rebuild node --ignore-scripts=false\n$/,
    );
  });
});

describe("npm run func", () => {
  it("says how to get Core Tools where there are none, and never takes another package for them", () => {
    const { "azure-functions-core-tools": version } = manifest.optionalDependencies;
    expect(() => requireCoreTools(() => false)).toThrow(
      `Get them with: npm install --no-save azure-functions-core-tools@${version}. npm start runs the same service without.`,
    );
    expect(() => requireCoreTools(() => true)).not.toThrow();
    const commands = Object.values(manifest.scripts).join("\n");
    expect(commands).not.toMatch(/npx/);
  });

  it("makes local.settings.json of the sample once, and keeps one that is there", async () => {
    const folder = await temporaryFolder();
    expect(makeSettings(folder)).toBe(true);
    const settings = join(folder, "local.settings.json");
    expect(JSON.parse(await readFile(settings, "utf8"))).toMatchObject({ IsEncrypted: false });
    await writeFile(settings, "mine");
    expect(makeSettings(folder)).toBe(false);
    expect(await readFile(settings, "utf8")).toBe("mine");
  });
});
