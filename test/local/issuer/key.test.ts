import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Unusable } from "../../../local/embedded/unusable.ts";
import { loadKey } from "../../../local/issuer/key.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "issuer-key-"));
});
afterAll(() => rm(root, { recursive: true }));

it("makes a key on first use that only its owner can read, and finds it again", async () => {
  const directory = join(root, "first", ".local");
  const file = join(directory, "issuer.json");
  const made = await loadKey(file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await loadKey(file)).publicJwk).toEqual(made.publicJwk);
  expect(await readdir(directory)).toEqual(["issuer.json"]);
});

it("gives processes that start at once the same key", async () => {
  const directory = join(root, "race");
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadKey(join(directory, "issuer.json"))));
  expect(new Set(keys.map(({ publicJwk }) => publicJwk.kid)).size).toBe(1);
  expect(await readdir(directory)).toEqual(["issuer.json"]);
});

it("never shows the private half in the public one", async () => {
  const file = join(root, "public", "issuer.json");
  const { publicJwk } = await loadKey(file);
  expect(Object.keys(publicJwk).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
  expect(JSON.stringify(publicJwk)).not.toContain(JSON.parse(await readFile(file, "utf8")).d);
});

it.each(["", "d: private", '{"kty":"RSA"}'])(
  "refuses a file that holds no key, without quoting it: %j",
  async (text) => {
    const file = join(root, `bad-${text.length}.json`);
    await writeFile(file, text);
    const refusal = await loadKey(file).catch((error: unknown) => error);
    expect(refusal).toEqual(
      new Unusable(`${file} doesn't hold a P-256 private key as a JWK; delete it and another is made`),
    );
    expect(await readFile(file, "utf8")).toBe(text);
  },
);
