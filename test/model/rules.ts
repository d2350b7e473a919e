import { registerHooks } from "node:module";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** What is put in the place of a piece of the service's source. */
export interface Patch {
  /** From the root of the project. */
  readonly file: string;
  /** It is there once. */
  readonly from: string;
  readonly to: string;
}

/** The parts of the service that a search runs on. */
export interface Rules {
  readonly endpoints: typeof import("../../functions/endpoints.ts").endpoints;
  readonly answerKnown: typeof import("../../shared/http/callers/phone.ts").answerKnown;
}

/** How many phones there is room for: of the twenty, as many as a search can fill. */
export const PLACES = 3;

/** How many versions are kept whatever their age: of the ten, as few as a search can push out. */
const NEWEST = 2;

/**
 * What makes a search possible: fewer places and versions; and what takes time and decides nothing. What is stored is held against
 * its schema once a state (promises.ts).
 */
const ALWAYS: readonly Patch[] = [
  {
    file: "shared/activity/events.ts",
    from: 'hash("sha256",',
    to: '((_: string, text: string, __: string) => text.slice(0, 43))("sha256",',
  },
  { file: "shared/model/device.ts", from: "MOST_DEVICES = 20", to: `MOST_DEVICES = ${PLACES}` },
  { file: "shared/backup/history.ts", from: "NEWEST = 10", to: `NEWEST = ${NEWEST}` },
  {
    file: "shared/store/schema.ts",
    from: "const parsed = kind.shape.safeParse(migrated);",
    to: "const parsed = { success: true, data: migrated as Item, error: undefined };",
  },
  // Read as it was written.
  {
    file: "shared/acts/commit.ts",
    from: "id: ids.owner, body: packed(body) };",
    to: "id: ids.owner, body: body as never };",
  },
  {
    file: "shared/keys/seal.ts",
    from: "return encryptJwe(",
    to: 'return ""; encryptJwe(',
  },
];

const ROOT = new URL("../../", import.meta.url);
let names = 0;

const FIRST = "rules=0";

/** What decides nothing by itself, and is loaded once for all rules. */
const SHARED = /^shared\/((config|errors|identity|keys|model|store)\/|[a-z]+\.ts$)/;

/** The service's own modules with some of them changed, loaded beside those that are there. */
export async function loadRules(...patches: readonly Patch[]): Promise<Rules> {
  const name = `rules=${names++}`;
  const isLoaded = (file: string) => name !== FIRST && SHARED.test(file);
  const all = [...ALWAYS, ...patches];
  const applied = new Set<Patch>();
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const part = partOf(resolved.url);
      const of = context.parentURL && new URL(context.parentURL).search.slice(1);
      if (part === undefined || of !== name) return resolved;
      return { ...resolved, url: `${resolved.url}?${isLoaded(part) ? FIRST : name}` };
    },
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith(`?${name}`)) return loaded;
      const part = partOf(url);
      let source = String(loaded.source);
      for (const patch of all.filter(({ file }) => file === part)) {
        if (source.split(patch.from).length !== 2)
          throw new Error(`${patch.file} has not once: ${patch.from}`);
        source = source.replace(patch.from, () => patch.to);
        applied.add(patch);
      }
      return { ...loaded, source };
    },
  });
  try {
    const load = async (file: string) => await import(`${new URL(file, ROOT).href}?${name}`);
    const { endpoints } = await load("functions/endpoints.ts");
    const { answerKnown } = await load("shared/http/callers/phone.ts");
    const missed = all.find(
      (patch) => !applied.has(patch) && !(ALWAYS.includes(patch) && isLoaded(patch.file)),
    );
    if (missed) throw new Error(`${missed.file} is not loaded`);
    return { endpoints, answerKnown };
  } finally {
    hooks.deregister();
  }
}

/** The path of a module of the service, from the root of the project; undefined of any other. */
function partOf(url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  const path = relative(fileURLToPath(ROOT), fileURLToPath(url)).replaceAll("\\", "/");
  return /^(functions|shared)\//.test(path) ? path : undefined;
}
