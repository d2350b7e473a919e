import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { endpoints } from "../../functions/endpoints.ts";
import { serve } from "../../local/host/server.ts";
import { issuerHandler, JWKS_PATH } from "../../local/issuer/http.ts";
import { createIssuer } from "../../local/issuer/issuer.ts";
import { generateKey } from "../../local/issuer/key.ts";
import { issuerSettings } from "../../local/issuer/settings.ts";
import { createPhone } from "../../local/phone/acts/phone.ts";
import { build } from "../../scripts/build.ts";
import { contents } from "../support/accounts.ts";
import { temporaryFolder } from "../support/folder.ts";
import { LoadFailed, startApp } from "./host.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const ORIGIN = "https://backup.example";
const EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

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
    const declared = endpoints.map(({ declaration: { name, method, route } }) => ({
      name,
      methods: [method as string],
      route,
    }));
    const rest = { name: "zz-unknown", methods: EVERY_METHOD, route: "{*path}" };
    expect(functions).toEqual(
      [...declared, rest].map((each) => ({ ...each, authLevel: "anonymous", binding: expect.any(String) })),
    );
  });

  it("answers a caller without an account", async () => {
    const { fetch } = await startApp(app, await settings());
    const response = await fetch(`${ORIGIN}/v1/health?a=b`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ status: "ok" });
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

  it("can't be loaded with wrong settings: names each of them, and shows no value", async () => {
    const wrong = {
      PUBLIC_ORIGIN: "http://phones.example/secret-path",
      ISSUERS: '[{"issuer":"secret-issuer","clientSecret":"secret-of-issuer"}]',
      STEP_UP_MAX_AGE_SECONDS: "987654321",
      STORE: "secret-store",
      SQLITE_FILE: "",
    };
    const failure = await startApp(app, wrong).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LoadFailed);
    const { code, output } = failure as LoadFailed;
    expect(code).toBe(1);
    expect(output).toContain("ConfigError");
    for (const name of [...Object.keys(wrong), "KEYS: missing"]) expect(output).toContain(`  ${name}`);
    expect(output).not.toMatch(/secret|phones\.example|987654321/i);
  });
});

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
