import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { endpoints } from "../../functions/endpoints.ts";
import { onAzure } from "../../local/cloud/functionsWorker/onAzure.ts";
import { serve } from "../../local/host/server.ts";
import { issuerHandler, JWKS_PATH } from "../../local/issuer/http.ts";
import { createIssuer } from "../../local/issuer/issuer.ts";
import { generateKey } from "../../local/issuer/key.ts";
import { issuerSettings } from "../../local/issuer/settings.ts";
import { createPhone } from "../../local/phone/acts/phone.ts";
import { build } from "../../scripts/build.ts";
import { contents } from "../support/accounts.ts";
import { temporaryFolder } from "../support/folder.ts";
import { startApp } from "./host.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const ORIGIN = "https://backup.example";
const EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** What is deployed, outside the checkout: whatever the bundle forgot is nowhere to be found. */
let app: string;

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), "authenticator-backup-app-"));
  for (const file of ["package.json", "host.json"]) await copyFile(join(ROOT, file), join(app, file));
  await build({ outdir: join(app, "dist") });
});
afterAll(() => rm(app, { recursive: true, force: true }));

async function settings(jwksUri = "https://login.example/keys"): Promise<Record<string, string>> {
  const data = await temporaryFolder();
  return {
    AZURE_FUNCTIONS_ENVIRONMENT: "Development",
    PUBLIC_ORIGIN: ORIGIN,
    ISSUERS: JSON.stringify(issuerSettings(jwksUri)),
    STORE: "sqlite",
    SQLITE_FILE: join(data, "backup.db"),
    KEYS: "file",
    KEY_FILE: join(data, "key.pem"),
  };
}

describe("the bundle in the Functions worker", () => {
  it("registers every endpoint as it is declared, and the one for all the rest", async () => {
    const { functions } = await startApp(app, await settings());
    const declared = endpoints.map(({ access, declaration: { name, method, route } }) => ({
      name,
      methods: [method, ...(access === "anonymous" ? ["HEAD"] : [])],
      route,
    }));
    const rest = { name: "zz-unknown", methods: EVERY_METHOD, route: "{*path}" };
    expect(functions).toEqual(
      [...declared, rest].map((each) => ({ ...each, authLevel: "anonymous", binding: expect.any(String) })),
    );
  });

  it("registers what a clock begins: a sweep of notices and re-wrapping each minute, of who holds accounts each hour [I1] [I2]", async () => {
    const { timers } = await startApp(app, await settings());
    expect(timers).toEqual([
      { name: "notices-sweep", schedule: "0 * * * * *" },
      { name: "keys-rewrap", schedule: "5 * * * * *" },
      { name: "holders-sweep", schedule: "40 17 * * * *" },
    ]);
  });

  it("answers a caller without an account", async () => {
    const { fetch } = await startApp(app, await settings());
    const response = await fetch(`${ORIGIN}/v1/health?a=b`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ status: "ok" });
  });

  it("answers what describes it to an app developer's tools, from the package alone", async () => {
    const { fetch } = await startApp(app, await settings());
    const response = await fetch(`${ORIGIN}/v1/openapi.json`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(
      JSON.parse(await readFile(join(ROOT, "docs/openapi.json"), "utf8")),
    );
  });

  it("loads that description, and what it was made with, in no cold start", async () => {
    const main = await readFile(join(app, "dist/main.js"), "utf8");
    const chunks = (await readdir(join(app, "dist"))).filter((name) => name.endsWith(".js"));
    const [description, ...others] = chunks.filter((name) => name.startsWith("openapi-"));
    expect([typeof description, others]).toEqual(["string", []]);
    expect(main).toContain(`import("./${description}")`);
    for (const name of chunks) {
      const text = await readFile(join(app, "dist", name), "utf8");
      expect(text).not.toContain(`from "./${description}"`);
      expect(text).not.toContain("node_modules/zod-openapi");
    }
  });

  it("refuses an owner's route without a token, with the invocation's id as the problem's instance", async () => {
    const { fetch } = await startApp(app, await settings());
    const response = await fetch(`${ORIGIN}/v1/backup`);
    expect(response.status).toBe(401);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await response.json()).toMatchObject({
      code: "token-missing",
      type: `${ORIGIN}/v1/problems/token-missing`,
      instance: `urn:uuid:${response.headers.get("x-request-id")}`,
    });
  });

  it("tells of a path that nobody serves, and which methods another takes", async () => {
    const { fetch } = await startApp(app, await settings());
    const nowhere = await fetch(`${ORIGIN}/v1/no/such/path`);
    expect(await nowhere.json()).toMatchObject({ status: 404, code: "not-found" });
    const other = await fetch(`${ORIGIN}/v1/backup`, { method: "PATCH", body: "{}" });
    expect(other.headers.get("allow")).toBe("GET, PUT, DELETE");
    expect(await other.json()).toMatchObject({ status: 405, code: "method-not-allowed" });
  });

  it("serves a phone from its registration to a recovery", async () => {
    const issuer = createIssuer({ key: await generateKey(), now: Date.now });
    const login = await serve({ routes: [], port: 0, requestId: () => "", extra: issuerHandler(issuer) });
    onTestFinished(() => login.close());
    const { fetch } = await startApp(app, await settings(`http://127.0.0.1:${login.port}${JWKS_PATH}`));
    const token = () => issuer.sign({ owner: "alice" });
    const options = { origin: ORIGIN, platform: "android", version: "6.8.0", token, fetch } as const;

    const phone = await createPhone({ ...options, name: "Old phone" });
    expect(await phone.register()).toMatchObject({ ok: true });
    expect(await phone.enable()).toMatchObject({ ok: true });
    expect(await phone.upload(contents)).toMatchObject({ ok: true, body: { version: 1 } });
    const successor = await createPhone({ ...options, name: "New phone" });
    expect(await successor.register()).toMatchObject({ ok: true });
    expect(await successor.recover()).toMatchObject({ ok: true, contents });
  });

  it("says what went wrong on the standard error, which the host logs as errors, and the rest on the other", async () => {
    // No key is to be had there, and nothing is sent.
    const { fetch, stop } = await startApp(app, await settings("http://127.0.0.1:9/keys"));
    const token = await createIssuer({ key: await generateKey(), now: Date.now }).sign({ owner: "alice" });
    await fetch(`${ORIGIN}/v1/health`);
    await fetch(`${ORIGIN}/v1/backup`);
    const failed = await fetch(`${ORIGIN}/v1/backup`, { headers: { Authorization: `Bearer ${token}` } });
    expect(failed.status).toBe(503);
    const { stdout, stderr } = await stop();
    const levelsOf = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).level);
    expect(levelsOf(stdout)).toEqual(["info", "info"]);
    const ours = stderr.filter((line) => line.startsWith("{"));
    expect(levelsOf(ours)).toEqual(["error"]);
    expect(JSON.parse(ours[0] ?? "")).toMatchObject({ code: "sign-in-unavailable", status: 503 });
  });
});

describe("the bundle without a service that could start", () => {
  const all = Object.keys(onAzure) as (keyof typeof onAzure)[];
  // Without prefixes no text messages are sent.
  const needed = all.filter((name) => name !== "TEXT_PREFIXES");
  const wrong = [
    ...needed.flatMap((name) => [
      { name, how: "missing", set: { ...onAzure, [name]: undefined } },
      { name, how: "malformed", set: { ...onAzure, [name]: "{hunter2}" } },
    ]),
    { name: "STORE", how: "of one machine", set: { ...onAzure, STORE: "sqlite" } },
    {
      name: "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
      how: "too large",
      set: { ...onAzure, FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "2097153" },
    },
  ];

  // A process for each of them: longer than other tests take.
  it("has every setting needed on Azure in turn missing, or malformed, and answers 503 on every route", async () => {
    for (const { name, how, set } of wrong) {
      const { functions, fetch, stop } = await startApp(app, set);
      expect
        .soft(
          functions.map(({ route }) => route),
          `${name} ${how}`,
        )
        .toEqual(["{*path}"]);
      for (const [method, path] of everyRoute()) {
        const response = await fetch(`${ORIGIN}/v1/${path}`, { method });
        const { status, headers } = response;
        const { code, retryable } = (await response.json()) as { code?: string; retryable?: boolean };
        const isHealth = path === "health";
        expect
          .soft(
            { status, code, retryable, type: headers.get("content-type"), retry: headers.get("retry-after") },
            `${name} ${how}: ${method} ${path}`,
          )
          .toEqual(
            isHealth
              ? { status: 200, type: "application/json", retry: null }
              : {
                  status: 503,
                  code: "not-configured",
                  retryable: true,
                  type: "application/problem+json",
                  retry: "60",
                },
          );
      }
      const { stderr } = await stop();
      const told = stderr.filter((line) => line.includes("wrong settings"));
      expect.soft(told, `${name} ${how}`).toHaveLength(1);
      const { level, failure } = JSON.parse(told[0] ?? "{}");
      expect.soft(level).toBe("error");
      expect.soft(failure).toContain(`wrong settings: ${name}`);
      expect.soft(failure).not.toContain("hunter2");
    }
  }, 120_000);

  it("names all wrong settings with their reasons in one error line, and shows no value", async () => {
    const { fetch, stop } = await startApp(app, {
      PUBLIC_ORIGIN: "http://phones.example/secret-path",
      ISSUERS: '[{"issuer":"secret-issuer","secretMember":"secret-of-issuer"}]',
      STEP_UP_MAX_AGE_SECONDS: "987654321",
      STORE: "secret-store",
      SQLITE_FILE: "",
      FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "104857600",
    });
    const ready = await fetch(`${ORIGIN}/v1/ready`, { headers: { "Accept-Language": "sv" } });
    expect(ready.headers.get("content-language")).toBe("sv");
    expect(await ready.json()).toMatchObject({ code: "not-configured", type: "/v1/problems/not-configured" });
    expect((await fetch(`${ORIGIN}/v1/health`, { method: "POST", body: "{}" })).status).toBe(503);
    const { stdout, stderr } = await stop();
    expect(stdout).toEqual([]);
    const [line = "", ...requests] = stderr;
    expect(JSON.parse(line)).toMatchObject({ level: "error" });
    for (const name of [
      "PUBLIC_ORIGIN",
      "ISSUERS/0",
      "STEP_UP_MAX_AGE_SECONDS",
      "STORE",
      "SQLITE_FILE",
      "KEYS: missing",
      "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
    ]) {
      expect(line).toMatch(new RegExp(`[ ;]${name}`));
    }
    expect(line).not.toMatch(/secret|phones\.example|987654321|104857600/i);
    expect(requests.map((each) => JSON.parse(each).code)).toEqual(["not-configured", "not-configured"]);
  });

  it("answers just so where what the settings name can't be opened", async () => {
    const folder = await temporaryFolder();
    const { fetch, stop } = await startApp(app, { ...(await settings()), SQLITE_FILE: folder });
    expect((await fetch(`${ORIGIN}/v1/health`)).status).toBe(200);
    expect(await (await fetch(`${ORIGIN}/v1/backup`)).json()).toMatchObject({ code: "not-configured" });
    const failures = (await stop()).stderr.filter((line) => line.includes('"failure"'));
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain("at openDatabase");
  });
});

/** Every route that is declared, and what is none. */
function* everyRoute(): Generator<readonly [method: string, path: string]> {
  for (const { declaration } of endpoints) {
    yield [declaration.method, declaration.route.replaceAll(/\{\w+\}/g, "a")];
  }
  yield ["GET", "no/such/path"];
  yield ["PATCH", "backup"];
  yield ["OPTIONS", ""];
}

describe("the build", () => {
  it("puts each module into one file, so that an error's class is the same to who throws and who catches it", async () => {
    const dist = join(app, "dist");
    const maps = (await readdir(dist)).filter((name) => name.endsWith(".map"));
    const placed = new Map<string, string[]>();
    for (const name of maps) {
      const { sources } = JSON.parse(await readFile(join(dist, name), "utf8")) as { sources: string[] };
      for (const source of sources) {
        const module = resolve(dist, source);
        placed.set(module, [...(placed.get(module) ?? []), name]);
      }
    }
    expect([...placed].filter(([, files]) => files.length > 1)).toEqual([]);
    expect(placed.get(join(ROOT, "shared/store/port.ts"))).toEqual([expect.stringMatching(/^chunk-/)]);
    expect(placed.get(join(ROOT, "local/embedded/sqlite.ts"))).toEqual(["embedded.js.map"]);
  });

  it("tells what it has made, and leaves nothing of an earlier build", async () => {
    const outdir = await temporaryFolder();
    await writeFile(join(outdir, "chunk-OLD.js"), "");
    const files = await build({ outdir });
    expect(files.map(({ name }) => name)).toEqual((await readdir(outdir)).sort());
    expect(files).toContainEqual({
      name: "main.js",
      bytes: (await readFile(join(outdir, "main.js"))).length,
    });
  });
});
