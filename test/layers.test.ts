import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");

/**
 * The floors of shared/, the lowest first. A folder (or a file beside them) imports what stands below it, or left of
 * it on its own floor; a bar keeps what stands left of it out of reach: no port imports a rule.
 */
const FLOORS = [
  ["words", "appVersion", "errors", "formats", "json", "config", "meter", "system", "within", "credential"],
  ["model", "log"],
  ["backup", "limits", "activity", "identity", "|", "store", "keys", "notify"],
  ["contact", "recovery", "challenge", "provider"],
  // Left of acts, which sends what it has committed; right of all rules and ports, which it puts together.
  ["delivery", "devices", "status", "acts", "operations"],
  ["http"],
] as const;

/** Packages that a part of the tree may name; whatever is not listed names none but node:, zod, jose and lru-cache. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  "shared/credential.ts": /^@azure\/identity$/,
  "shared/store/cosmos/": /^@azure\/(cosmos|core-rest-pipeline|identity)$/,
  "shared/store/cosmos.ts": /^@azure\/cosmos$/,
  "shared/notify/": /^@azure\/(core-rest-pipeline|identity)$/,
  "shared/keys/keyVault/": /^@azure\/(keyvault-keys|identity)$/,
  "shared/keys/keyVault.ts": /^@azure\/(keyvault-keys|identity)$/,
  "functions/compose/": /^@azure\/(identity|core-rest-pipeline)$/,
  "functions/register.ts": /^@azure\/functions$/,
  "functions/triggers.ts": /^@azure\/functions$/,
  "ops/": /^@azure\/(identity|keyvault-keys|core-rest-pipeline)$/,
};

const EVERYWHERE = /^(node:[\w/]+|zod|jose|lru-cache)$/;

/** What a driver is: it is named where the service is put together, and nowhere else. */
const DRIVERS =
  /^(shared\/(store\/cosmos|keys\/keyVault|notify\/(azure|hubs|communication|client))|local\/embedded)/;

/** Who may import whom above shared/: each part, and what it may name besides its own files. */
const PARTS: Readonly<Record<string, RegExp>> = {
  "functions/compose/": /^(shared\/|local\/embedded\/)/,
  "functions/main.ts": /^(shared\/|functions\/)/,
  "functions/endpoints.ts": /^(shared\/|functions\/)/,
  "functions/register.ts": /^shared\//,
  "functions/triggers.ts": /^(shared\/|functions\/compose\/)/,
  // Written from the declarations, and loaded once somebody asks for it.
  "functions/anonymous/openApi.ts": /^(shared\/|docs\/openapi\.json$)/,
  "functions/": /^shared\//,
  "local/phone/": /^$/,
  "local/embedded/": /^shared\//,
  "local/cloud/": /^(shared\/|functions\/compose\/)/,
  // Shows what the service says of itself.
  "local/host/pages/begin.ts": /^(shared\/|local\/|docs\/openapi\.json$)/,
  "local/": /^(shared\/|functions\/|local\/)/,
  "ops/": /^(shared\/|functions\/compose\/)/,
  "bench/": /^(shared\/|functions\/|local\/|scripts\/|bench\/)/,
  "scripts/": /^(shared\/|functions\/|local\/|scripts\/)/,
};

interface Import {
  readonly from: string;
  /** A file of the project, or a package. */
  readonly to: string;
}

function filesOf(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: ROOT })).sort();
}

/** Every module that a source names: of types, of values, for its effects, or while running. */
function specifiersOf(source: string): string[] {
  return [...source.matchAll(/\b(?:from|import)\s*\(?\s*(["'])(.+?)\1/g)].map(
    ([, , specifier = ""]) => specifier,
  );
}

function importsOf(file: string, source = readFileSync(join(ROOT, file), "utf8")): Import[] {
  return specifiersOf(source).map((specifier) => ({
    from: file,
    to: specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : specifier,
  }));
}

/** Of a file of shared/: its folder, or its own name if it stands beside the folders. */
function roomOf(file: string): string {
  return (file.split("/")[1] ?? "").replace(/\.ts$/, "");
}

/** Why an import within shared/ is not allowed; undefined if it is. */
function againstFloors({ from, to }: Import): string | undefined {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (room === other) return undefined;
  const floorOf = (name: string) => FLOORS.findIndex((floor) => (floor as readonly string[]).includes(name));
  const [floor, below] = [floorOf(room), floorOf(other)];
  if (floor < 0 || below < 0) return `${from} imports ${to}: ${floor < 0 ? room : other} is on no floor`;
  if (below < floor) return undefined;
  const row: readonly string[] = FLOORS[floor] ?? [];
  const [place, left, bar] = [row.indexOf(room), row.indexOf(other), row.indexOf("|")];
  if (below === floor && left < place && !(left < bar && bar < place)) return undefined;
  return `${from} imports ${to}: ${other} does not stand below ${room}`;
}

function partOf<Value>(parts: Readonly<Record<string, Value>>, file: string): [string, Value] | undefined {
  return Object.entries(parts)
    .filter(([part]) => file.startsWith(part))
    .sort(([a], [b]) => b.length - a.length)[0];
}

/** Why an import of a file above shared/ is not allowed; undefined if it is. */
function againstParts({ from, to }: Import): string | undefined {
  const [part, allowed] = partOf(PARTS, from) ?? ["", /^$/];
  // The folder of an endpoint is its own part: it names no other's.
  const own = part === "functions/" ? `${dirname(from)}/` : part;
  if (allowed.test(to) || (own !== "" && own.endsWith("/") && to.startsWith(own))) return undefined;
  return `${from} imports ${to}`;
}

const isPackage = (to: string) => !/^(functions|shared|local|ops|bench|scripts|test|docs)\//.test(to);

describe("imports go down the floors", () => {
  const inside = filesOf("shared").flatMap((file) => importsOf(file));

  it("of shared/, which imports nothing that stands above it", () => {
    const refused = inside
      .filter(({ to }) => !isPackage(to))
      .flatMap((each) =>
        each.to.startsWith("shared/") ? (againstFloors(each) ?? []) : `${each.from} imports ${each.to}`,
      );
    expect(refused).toEqual([]);
    expect(inside.length).toBeGreaterThan(100);
  });

  it("above shared/: endpoints know no driver and not one another, and nothing ships with the tests", () => {
    const above = filesOf("functions", "local", "ops", "bench", "scripts")
      .flatMap((file) => importsOf(file))
      .filter(({ to }) => !isPackage(to));
    expect(above.flatMap((each) => againstParts(each) ?? [])).toEqual([]);
  });

  it("to drivers from functions/compose alone, and from the stand-ins that they are tried against", () => {
    const named = [...inside, ...filesOf("functions", "ops").flatMap((file) => importsOf(file))].filter(
      ({ from, to }) => DRIVERS.test(to) && !DRIVERS.test(from),
    );
    expect([...new Set(named.map(({ from }) => from))]).toEqual(["functions/compose/adapters.ts"]);
  });

  it("to packages from the files whose business they are", () => {
    const refused = filesOf("shared", "functions", "ops")
      .flatMap((file) => importsOf(file))
      .filter(
        ({ from, to }) => isPackage(to) && !EVERYWHERE.test(to) && !partOf(PACKAGES, from)?.[1].test(to),
      );
    expect(refused).toEqual([]);
  });

  it("leave the making of a JWE to keys/jwe.ts, and to jose", () => {
    const ciphering = filesOf("shared", "functions", "ops", "local").filter((file) =>
      /\b(createCipheriv|createECDH|diffieHellman|subtle)\b/.test(readFileSync(join(ROOT, file), "utf8")),
    );
    // What derived.ts makes, contacts' addresses at rest, is no JWE.
    expect(ciphering).toEqual(["shared/keys/derived.ts", "shared/keys/jwe.ts"]);
  });

  it.each([
    ["shared/store/read.ts", 'import { thin } from "../backup/history.ts";'],
    ["shared/model/owner.ts", 'import { thin } from "../backup/history.ts";'],
    ["shared/backup/history.ts", 'import type { Act } from "../acts/act.ts";'],
    ["shared/backup/history.ts", 'import { exhausted } from "../limits/tries.ts";'],
    ["shared/words.ts", 'import { x } from "./unheardOf/x.ts";'],
  ])("would find in %s: %s", (file, source) => {
    expect(importsOf(file, source).map(againstFloors)).toEqual([expect.any(String)]);
  });

  it.each([
    ["functions/backup/enable.ts", 'import { x } from "../recoveries/begin.ts";'],
    ["functions/backup/enable.ts", 'import { x } from "../compose/services.ts";'],
    ["local/demo/stage.ts", 'const x = await import("../../test/support/cloud.ts");'],
    ["local/phone/acts/phone.ts", 'import { x } from "../../../shared/words.ts";'],
  ])("would find in %s: %s", (file, source) => {
    expect(importsOf(file, source).map(againstParts)).toEqual([expect.any(String)]);
  });
});

describe("an owner's partition", () => {
  it("is committed to in acts/commit.ts, by deliveries on their notices, and nowhere else; what belongs to no owner has a partition of its own", () => {
    const committing = filesOf("shared", "functions", "ops").filter((file) =>
      /\b[sS]tore\)?\s*\.\s*commit\b/.test(readFileSync(join(ROOT, file), "utf8")),
    );
    expect(committing).toEqual([
      "shared/acts/commit.ts",
      "shared/delivery/deadNotices.ts",
      "shared/delivery/mark.ts",
      "shared/keys/serviceKey.ts",
      "shared/operations/states.ts",
    ]);
    const source = (file: string) => readFileSync(join(ROOT, file), "utf8");
    for (const file of committing.filter((each) => !/acts\/commit|delivery\/mark/.test(each))) {
      const places = source(file)
        .match(/\.\s*commit\b[^,]*/g)
        ?.map((place) => place.replace(/\s/g, ""));
      expect([...new Set(places)], file).toEqual([
        file.startsWith("shared/delivery/") ? ".commit(DEAD_NOTICES" : ".commit(SERVICE_PARTITION",
      ]);
    }
    // A delivery creates nothing, and names each item that it writes by the ETag that it had.
    const delivery = source("shared/delivery/mark.ts");
    expect(delivery).not.toMatch(/kind: "create"|ids\.owner/);
    expect(delivery.match(/kind: "(replace|delete)", id, etag\b/g)).toHaveLength(
      delivery.match(/kind: "(replace|delete)"/g)?.length ?? 0,
    );
  });
});

describe("functions/", () => {
  it("holds an endpoint a file, and nothing else but what puts the service together", () => {
    const files = filesOf("functions").filter((file) => !file.startsWith("functions/compose/"));
    const top = files.filter((file) => file.split("/").length === 2);
    expect(top.filter((file) => !/\/(main|endpoints|triggers|register)\.ts$/.test(file))).toEqual([]);
    const odd = files
      .filter((file) => !top.includes(file))
      .filter((file) => {
        const source = readFileSync(join(ROOT, file), "utf8");
        return (source.match(/\b(forOwner|forNewPhone|anonymous|forRole)\(/g) ?? []).length !== 1;
      });
    expect(odd).toEqual([]);
  });
});
