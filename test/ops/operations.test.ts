import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KeyClient } from "@azure/keyvault-keys";
import { describe, expect, it } from "vitest";
import { onAzure } from "../../local/cloud/functionsWorker/onAzure.ts";
import { vaultServer } from "../../local/cloud/vaultServer/fixture.ts";
import type { Surroundings } from "../../ops/command.ts";
import { HELP } from "../../ops/help.ts";
import { commands } from "../../ops/run.ts";
import { system } from "../../shared/system.ts";
import { temporaryFolder } from "../support/folder.ts";
import { deployed } from "./deployed.ts";
import { operate } from "./operator.ts";
import { BATCH, operatorRoutes } from "./operatorRoutes.ts";

describe("--help", () => {
  it("tells every command, with what it needs", () => {
    for (const name of commands.keys()) expect(HELP).toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
    for (const line of HELP.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100);
  });
});

describe("status", () => {
  it("tells everything that the service tells, a line each", async () => {
    const routes = operatorRoutes("https://a.vault.azure.net/keys/kek/1");
    routes.due = 3;
    const { status, printed } = await operate(["status"], routes.surroundings);
    expect(status).toBe(0);
    expect(printed.join()).toContain("keys.current: https://a.vault.azure.net/keys/kek/1");
    expect(printed.join().split("\n")).toEqual(
      expect.arrayContaining([
        "keys.older: none",
        "sweep.at: 2026-11-25T11:59:00.000Z",
        "texts.closed: none",
      ]),
    );
    expect(printed.join()).toMatch(/^sweep\.due: 3$/m);
  });
});

describe("an operator whom the service does not take is told in one line why, and who can help:", () => {
  const said = async (surroundings: Partial<Surroundings>, args = ["sweep"]) => {
    const ran = await operate(args, surroundings);
    expect(ran).toMatchObject({ status: 1, printed: [] });
    expect(ran.said).toHaveLength(1);
    return ran.said[0];
  };

  it("a token that has ended", async () => {
    const { surroundings } = operatorRoutes();
    const variables = { ...surroundings.variables, OPERATOR_TOKEN: "ended" };
    expect(await said({ ...surroundings, variables })).toMatch(
      /^The service does not take your token: .*az login/,
    );
  });

  it("a role that is missing", async () => {
    const routes = operatorRoutes();
    routes.roles = ["Operations.Read"];
    expect(await said(routes.surroundings)).toBe(
      "The app role Operations.Act is missing: an owner of the service's app registration assigns it.",
    );
  });

  it("no token, and no Azure CLI that gives one", async () => {
    const { surroundings } = operatorRoutes();
    const without = { ...surroundings.variables, OPERATOR_TOKEN: undefined };
    expect(await said({ ...surroundings, variables: without })).toMatch(/^neither OPERATOR_TOKEN nor/);
    const variables = { ...without, OPERATIONS_AUDIENCE: "api://backup" };
    const openCredential = async () => ({ getToken: () => Promise.reject(new Error("az login")) });
    expect(await said({ ...surroundings, variables, openCredential })).toMatch(
      /no token for api:\/\/backup: az login/,
    );
  });

  it("the Azure CLI's token is for the service", async () => {
    const { surroundings } = operatorRoutes();
    const variables = {
      ...surroundings.variables,
      OPERATOR_TOKEN: undefined,
      OPERATIONS_AUDIENCE: "api://backup",
    };
    const asked: unknown[] = [];
    const openCredential = async () => ({
      getToken: async (scopes: string | string[]) => {
        asked.push(scopes);
        return { token: "operator", expiresOnTimestamp: 0 };
      },
    });
    expect(await operate(["sweep"], { ...surroundings, variables, openCredential })).toMatchObject({
      status: 0,
    });
    expect(asked).toEqual(["api://backup/.default"]);
  });

  it("another address", async () => {
    const fetch = () => Promise.reject(new TypeError("fetch failed"));
    expect(await said({ ...operatorRoutes().surroundings, fetch })).toMatch(
      /can't be reached from here: look at --origin/,
    );
  });

  it("an address to which a token would go in clear", async () => {
    const routes = operatorRoutes();
    for (const origin of ["http://backup.example", "backup.example", "ftp://backup.example"]) {
      expect(await said(routes.surroundings, ["status", "--origin", origin])).toMatch(/^--origin: https:/);
    }
    expect(routes.seen).toEqual([]);
  });

  it("something else that answers", async () => {
    const routes = operatorRoutes();
    routes.before = () => new Response("<html>", { status: 502 });
    expect(await said(routes.surroundings)).toBe("The service answered 502, and nothing that can be read.");
    routes.before = () => Response.json({ taken: "many" });
    expect(await said(routes.surroundings)).toMatch(/another release/);
  });
});

describe("what takes long", () => {
  /** A clock that goes on by a second with each look. */
  const ticking = () => {
    let time = 0;
    return { ...system, now: () => (time += 1_000) };
  };

  it("goes on batch by batch until nothing is left, and says how far it is", async () => {
    const routes = operatorRoutes();
    routes.due = 2 * BATCH + 1;
    const ran = await operate(["sweep"], routes.surroundings);
    expect(ran).toMatchObject({ status: 0, printed: ["201 notices taken up"], written: "" });
    expect(ran.said).toEqual(["100 notices taken up", "200 notices taken up", "Nothing is left."]);
    expect(routes.due).toBe(0);
  });

  it("tells the time that is left, on one line of a terminal", async () => {
    const routes = operatorRoutes("new");
    routes.keys.items.set("old", 400);
    const pauses: number[] = [];
    const pause = async (milliseconds: number) => pauses.push(milliseconds);
    const ran = await operate(["rewrap"], {
      ...routes.surroundings,
      pause,
      system: ticking(),
      isTerminal: true,
    });
    // Between two batches, so that the vault is asked for a tenth of what it serves.
    expect(pauses).toEqual([10_000, 10_000, 10_000]);
    expect(ran.said).toEqual(["Nothing is left."]);
    expect(ran.written).toBe(
      [100, 200, 300].map((done, at) => `\r\u001b[K${done} keys moved, ${[3, 2, 1][at]} s left`).join("") +
        "\n",
    );
  });

  it.each(["sweep", "rewrap", "notices requeue"])("can be ended and taken up again: %s", async (command) => {
    const routes = operatorRoutes("new");
    routes.due = routes.dead = 250;
    routes.keys.items.set("old", 250);
    const ending = new AbortController();
    let batches = 0;
    routes.before = (request) => {
      if (request.startsWith("POST") && ++batches === 2) ending.abort();
      return undefined;
    };
    const pause = async () => {};
    const first = await operate(command.split(" "), { ...routes.surroundings, pause, signal: ending.signal });
    expect(first.status).toBe(1);
    expect(first.said.at(-1)).toMatch(/^Ended\. The same command goes on/);
    routes.before = () => undefined;
    const second = await operate(command.split(" "), { ...routes.surroundings, pause });
    expect(second).toMatchObject({ status: 0 });
    expect(second.said.at(-1)).toBe("Nothing is left.");
    const left = { sweep: routes.due, rewrap: routes.keys.items.get("old"), "notices requeue": routes.dead };
    expect(left[command as keyof typeof left]).toBe(0);
  });

  it("goes on where the vault asks to be left alone, and says so; not where items can't be moved", async () => {
    const routes = operatorRoutes("new");
    routes.keys.items.set("old", 150);
    const pause = async () => {};
    let throttled = 5;
    routes.before = (request) =>
      request.startsWith("POST") && throttled-- > 0
        ? Response.json({ moved: 0, left: 150, failed: 0, stopped: true })
        : undefined;
    const ran = await operate(["rewrap"], { ...routes.surroundings, pause });
    expect(ran).toMatchObject({ status: 0, printed: ["150 keys moved"] });
    expect(ran.said[0]).toMatch(/asked to be left alone$/);
    routes.keys.items.set("old", 150);
    routes.stuck = 2;
    const stuck = await operate(["rewrap"], { ...routes.surroundings, pause });
    expect(stuck).toMatchObject({ status: 1, printed: ["148 keys moved"] });
    expect(stuck.said.at(-1)).toMatch(/^No more can be done now: .*2 could not be moved$/);
  });

  it("is not gone on with where it brings nothing", async () => {
    const routes = operatorRoutes();
    routes.before = (request) =>
      request.startsWith("POST") ? Response.json({ taken: 0, more: true }) : undefined;
    const ran = await operate(["sweep"], routes.surroundings);
    expect(ran).toMatchObject({ status: 1, printed: ["0 notices taken up"] });
    expect(ran.said.at(-1)).toMatch(/^No more can be done now/);
    expect(routes.seen.filter((request) => request.startsWith("POST"))).toHaveLength(3);
  });
});

describe("notices and texts", () => {
  it("tells how many notices are dead, and has them tried again", async () => {
    const routes = operatorRoutes();
    routes.dead = 3;
    expect((await operate(["notices", "dead"], routes.surroundings)).printed).toEqual(["3 dead notices"]);
    expect(routes.dead).toBe(3);
    await operate(["notices", "requeue"], routes.surroundings);
    expect(routes.dead).toBe(0);
  });

  it("closes a prefix, and opens it", async () => {
    const routes = operatorRoutes();
    await operate(["texts", "close", "+4470"], routes.surroundings);
    expect([...routes.closed]).toEqual(["+4470"]);
    await operate(["texts", "open", "+4470"], routes.surroundings);
    expect([...routes.closed]).toEqual([]);
  });

  it.each(["44", "+", "+0", "+12345678", "+44/..", "*"])("refuses %s, which is no prefix", async (prefix) => {
    const routes = operatorRoutes();
    expect(await operate(["texts", "close", prefix], routes.surroundings)).toMatchObject({
      status: 1,
      printed: [],
    });
    expect(routes.seen).toEqual([]);
  });
});

const DAY = 86_400;

/** A vault with a key, a service that wraps by it, and items under it. */
async function rotating() {
  const server = await vaultServer();
  const { vault, credential, clientOptions } = server;
  const first = await vault("a").create("kek", { created: Math.floor(Date.now() / 1000) - 31 * DAY });
  const routes = operatorRoutes(first);
  routes.keys.items.set(first, 250);
  const newest = async () => {
    const key = await new KeyClient("https://a.vault.azure.net", credential, clientOptions).getKey("kek");
    return key.id ?? "";
  };
  const surroundings: Partial<Surroundings> = {
    ...routes.surroundings,
    openCredential: async () => credential,
    clientOptions,
    // The service looks for a new version from time to time.
    pause: async () => {
      routes.keys.current = await newest();
      routes.settled = true;
    },
  };
  return { server, first, routes, surroundings, newest };
}

describe("rotate", () => {
  it("makes a version, moves all keys to it, and says what names the older one", async () => {
    const { first, routes, surroundings, newest } = await rotating();
    const ran = await operate(["rotate"], surroundings);
    const made = await newest();
    expect(made).not.toBe(first);
    expect(ran.printed).toEqual([made]);
    expect(routes.keys.items).toEqual(
      new Map([
        [first, 0],
        [made, 250],
      ]),
    );
    // The setting is an operator's to change.
    expect(ran.status).toBe(1);
    expect(ran.said.at(-1)).toContain(`SERVICE_KEY still names ${first}: service-key rewrap`);
    routes.keys.serviceKey = [made];
    const again = await operate(["rotate"], surroundings);
    expect(again).toMatchObject({ status: 0, printed: [made] });
    expect(again.said.at(-1)).toMatch(/Nothing names an older version: it can be disabled/);
    // In 30 days, or where it is meant.
    expect((await operate(["rotate"], surroundings)).printed).toEqual([made]);
    const later = { ...system, now: () => Date.now() + 3_600_000 };
    expect((await operate(["rotate", "--force"], surroundings)).printed).toEqual([made]);
    expect((await operate(["rotate", "--force"], { ...surroundings, system: later })).printed).not.toEqual([
      made,
    ]);
  });

  it("begun twice, makes one version", async () => {
    const { first, routes, surroundings, newest } = await rotating();
    const ended = new AbortController();
    const stopped = await operate(["rotate"], {
      ...surroundings,
      signal: ended.signal,
      pause: async () => ended.abort(),
    });
    expect(stopped).toMatchObject({ status: 1 });
    const made = await newest();
    const again = await operate(["rotate", "--force"], surroundings);
    expect(again.printed).toEqual([made]);
    expect(again.said[0]).toMatch(/^A rotation is going on/);
    expect(routes.keys.items.get(first)).toBe(0);
    // Interrupted while keys are moved, or before the last instance has seen it.
    routes.keys.items.set(first, 10);
    expect((await operate(["rotate", "--force"], surroundings)).printed).toEqual([made]);
    Object.assign(routes, { settled: false });
    routes.keys.serviceKey = [made];
    const settling = await operate(["rotate", "--force"], surroundings);
    expect(settling).toMatchObject({ status: 0, printed: [made] });
    expect(settling.said.join()).toContain("waiting until no instance wraps by an older version");
  });

  it("asks which key is meant where there are several vaults", async () => {
    const { first, surroundings, server, routes } = await rotating();
    const other = await server.vault("b").create("kek");
    const answer = {
      keys: { current: [first, other], serviceKey: [], older: {} },
      rewrap: { left: 0, settled: true },
    };
    routes.before = (request) => (request.startsWith("GET") ? Response.json(answer) : undefined);
    for (const operands of [[], ["https://c.vault.azure.net/keys/kek"], ["a", "b"]]) {
      const asked = await operate(["rotate", ...operands], surroundings);
      expect(asked).toMatchObject({ status: 1, printed: [] });
    }
    const { printed } = await operate(["rotate", "https://b.vault.azure.net/keys/kek"], surroundings);
    // It was made just now.
    expect(printed).toEqual([other]);
  });

  it("leaves it at that where the vault refuses, and goes on later", async () => {
    const { server, routes, surroundings, newest, first } = await rotating();
    server.vault("a").permit("get");
    const refused = await operate(["rotate"], surroundings);
    expect(refused).toMatchObject({ status: 1, printed: [] });
    expect(refused.said).toEqual([
      expect.stringMatching(
        /^The right keys\/create\/action on the keys of .* Key Vault Crypto Officer .* can give/,
      ),
    ]);
    expect(await newest()).toBe(first);
    server.vault("a").permit("get", "create");
    routes.before = (request) =>
      request === "POST operations/rewrap"
        ? Response.json({ code: "keys-unavailable", title: "The vault is busy" }, { status: 503 })
        : undefined;
    const throttled = await operate(["rotate"], surroundings);
    expect(throttled).toMatchObject({ status: 1 });
    expect(throttled.said.at(-1)).toBe("The service answered 503 keys-unavailable: The vault is busy.");
    routes.before = () => undefined;
    const made = await newest();
    expect((await operate(["rotate"], surroundings)).printed).toEqual([made]);
    expect(routes.keys.items.get(first)).toBe(0);
  });
});

describe("key disable", () => {
  it("tells first what stops, and disables nothing", async () => {
    const { first, routes, surroundings, server } = await rotating();
    const ran = await operate(["key", "disable", first], surroundings);
    expect(ran).toMatchObject({ status: 1, printed: [] });
    expect(ran.said.join()).toMatch(/current version.*SERVICE_KEY names it.*Nothing was disabled/);
    const next = await server.vault("a").create("kek");
    Object.assign(routes.keys, { current: next, serviceKey: [next] });
    const owned = await operate(["key", "disable", first], surroundings);
    expect(owned.said).toEqual([expect.stringMatching(/^250 items are under it.*Nothing was disabled/)]);
    routes.keys.items.clear();
    routes.settled = false;
    const early = await operate(["key", "disable", first], surroundings);
    expect(early.said).toEqual([
      expect.stringMatching(/^An instance may still wrap by an older version.*Nothing was disabled/),
    ]);
    await expect(server.open().wrap(new Uint8Array(32), "owner")).resolves.toBeDefined();
  });

  it("disables a version that nothing names; --force one that something does", async () => {
    const { first, routes, surroundings, server } = await rotating();
    const kek = server.open();
    const wrapped = await kek.wrap(new Uint8Array(32), "owner");
    const next = await server.vault("a").create("kek");
    Object.assign(routes.keys, { current: next, serviceKey: [next] });
    const forced = await operate(["key", "disable", first, "--force"], surroundings);
    expect(forced).toMatchObject({ status: 0, printed: [first] });
    expect(forced.said[0]).toMatch(/^250 items are under it/);
    await expect(kek.unwrap(wrapped)).rejects.toMatchObject({ fault: "disabled" });
    routes.keys.items.clear();
    expect(await operate(["key", "disable", first], surroundings)).toMatchObject({ status: 0 });
  });

  it.each(["", "kek", "https://a.vault.azure.net/keys/kek", "https://a.vault.azure.net/secrets/kek/1"])(
    "refuses %j, which is no version",
    async (id) => {
      const { surroundings, routes } = await rotating();
      expect(await operate(["key", "disable", id], surroundings)).toMatchObject({ status: 1, printed: [] });
      expect(routes.seen).toEqual([]);
    },
  );
});

describe("throughput raise", () => {
  it("doubles the most, or raises it to --max", async () => {
    const { surroundings } = await deployed("production");
    const ran = await operate(["throughput", "raise"], surroundings);
    expect(ran).toMatchObject({ status: 0 });
    const [, from, to] = /^(\d+) -> (\d+) RU\/s at most$/.exec(ran.printed[0] ?? "") ?? [];
    expect(Number(to)).toBe(2 * Number(from));
    expect(ran.said.join()).toContain(`ownersMaxThroughput = ${to}`);
    const next = String(Number(to) + 1000);
    const raised = await operate(["throughput", "raise", "--max", next], surroundings);
    expect(raised.printed).toEqual([`${to} -> ${next} RU/s at most`]);
    for (const max of ["1000", to ?? "", "12345", "many", "2000000"]) {
      expect(await operate(["throughput", "raise", "--max", max], surroundings)).toMatchObject({ status: 1 });
    }
  });

  it("says that serverless has no such thing, and who may raise it", async () => {
    const dev = await deployed("dev");
    expect((await operate(["throughput", "raise"], dev.surroundings)).said).toEqual([
      expect.stringMatching(/^The database is serverless/),
    ]);
    const { surroundings, server } = await deployed("production");
    server.deny("Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/throughputSettings/write");
    expect((await operate(["throughput", "raise"], surroundings)).said).toEqual([
      expect.stringMatching(/the role DocumentDB Account Contributor is missing/),
    ]);
  });
});

describe("config check", () => {
  const checked = async (content: string) => {
    const file = join(await temporaryFolder(), "settings.json");
    await writeFile(file, content);
    return await operate(["config", "check", file], { readFile: (path) => readFile(path, "utf8") });
  };
  const list = Object.entries(onAzure).map(([name, value]) => ({ name, value, slotSetting: false }));

  it.each([
    ["the Azure CLI's list", list],
    ["Core Tools' file", { IsEncrypted: false, Values: onAzure }],
    ["a plain object", onAzure],
  ])("takes %s", async (_, content) => {
    expect(await checked(`\uFEFF${JSON.stringify(content)}`)).toMatchObject({
      status: 0,
      printed: ["nothing wrong"],
    });
  });

  it("names every wrong setting, and no value", async () => {
    const { status, printed } = await checked(
      JSON.stringify({ ...onAzure, STORE: "hunter2", KEYS: undefined }),
    );
    expect(status).toBe(1);
    expect(
      printed
        .join()
        .split("\n")
        .map((line) => line.split(":")[0]),
    ).toEqual(["STORE", "KEYS"]);
    expect(printed.join()).not.toContain("hunter2");
  });

  it("refuses what is no file of settings", async () => {
    for (const content of ["", "[", "3", '{"IsEncrypted":true,"Values":{}}']) {
      expect(await checked(content)).toMatchObject({ status: 1, printed: [], said: [expect.any(String)] });
    }
    const readFile = () => Promise.reject(new Error("ENOENT"));
    expect(await operate(["config", "check", "nowhere"], { readFile })).toMatchObject({
      said: ["nowhere can't be read"],
    });
  });
});
