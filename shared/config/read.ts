import * as z from "zod";
import { isLoopback, type SettingName, settings } from "./settings.ts";

type Schemas = { readonly [Name in SettingName]: (typeof settings)[Name]["schema"] };

const environment = z.object(
  Object.fromEntries(Object.entries(settings).map(([name, { schema }]) => [name, schema])) as Schemas,
);

/** https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers */
const KEY_VERSION = /^[0-9a-f]{32}$/;

type Values = z.infer<typeof environment>;

const keySettings = environment.pick({ KEYS: true, KEY_FILE: true, KEY_VAULT_KEYS: true, SERVICE_KEY: true });

type KeyValues = z.infer<typeof keySettings>;

export type Config = ReturnType<typeof readConfig>;

/** The settings that are missing or wrong, by name. Values stay out of it: one of them may be a secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(lines: readonly string[]) {
    super(`wrong settings:\n${lines.map((line) => `  ${line}`).join("\n")}`);
  }
}

/**
 * The typed configuration from environment variables.
 * @throws {ConfigError} naming every wrong setting, so that one start is enough to mend them all
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>) {
  const parsed = environment.safeParse(variables);
  const wrong = parsed.success
    ? contradictions(parsed.data, variables.WEBSITE_INSTANCE_ID !== undefined)
    : violations(parsed.error, variables);
  if (!parsed.success || wrong.length > 0) throw new ConfigError(wrong);
  return nested(parsed.data);
}

/**
 * The settings of the keys alone, for commands that need no others. The service key may be missing: it may have to be
 * made.
 * @throws {ConfigError}
 */
export function readKeysConfig(variables: Readonly<Record<string, string | undefined>>) {
  const parsed = keySettings.safeParse(variables);
  const wrong = parsed.success ? contradictionsOfKeys(parsed.data) : violations(parsed.error, variables);
  if (!parsed.success || wrong.length > 0) throw new ConfigError(wrong);
  return { keys: keysOf(parsed.data), managedIdentity: undefined };
}

function violations(error: z.ZodError, variables: Readonly<Record<string, string | undefined>>): string[] {
  const lines = new Map<string, string>();
  for (const { path, message } of error.issues) {
    const [name, ...rest] = path.map(String);
    if (name === undefined || lines.has(name)) continue;
    const place = [name, ...rest].join("/");
    lines.set(name, variables[name] === undefined ? `${name}: missing` : `${place}: ${message}`);
  }
  return [...lines.values()];
}

/** What is wrong although each setting is of its form. */
function contradictions(values: Values, onAzure: boolean): string[] {
  const wrong: string[] = [];
  const { STORE, COSMOS_ENDPOINT, COSMOS_EMULATOR_KEY, KEYS, AZURE_CLIENT_ID, SERVICE_KEY } = values;
  const emulated =
    COSMOS_EMULATOR_KEY !== undefined && COSMOS_ENDPOINT !== undefined && isLoopback(COSMOS_ENDPOINT);
  if (STORE === "cosmos" && COSMOS_ENDPOINT === undefined) wrong.push("COSMOS_ENDPOINT: missing");
  if (STORE === "cosmos" && COSMOS_EMULATOR_KEY !== undefined && !emulated) {
    wrong.push("COSMOS_EMULATOR_KEY: an account is signed in to with the managed identity, never with a key");
  }
  wrong.push(...contradictionsOfKeys(values));
  if (KEYS === "key-vault" && SERVICE_KEY === undefined) wrong.push("SERVICE_KEY: missing");
  const identityNeeded = KEYS === "key-vault" || (STORE === "cosmos" && !emulated);
  if (identityNeeded && AZURE_CLIENT_ID === undefined) wrong.push("AZURE_CLIENT_ID: missing");
  if (onAzure) {
    // Instances come and go with their disks: what was acknowledged would be lost with the next one.
    if (STORE === "sqlite") wrong.push("STORE: sqlite is for one machine, not for Azure");
    if (KEYS === "file") wrong.push("KEYS: file is for one machine, not for Azure");
    if (emulated) wrong.push("COSMOS_ENDPOINT: an emulator is for one machine, not for Azure");
    if (!values.PUBLIC_ORIGIN.startsWith("https:")) wrong.push("PUBLIC_ORIGIN: https on Azure");
    if (values.ISSUERS.some(({ jwksUri }) => !jwksUri.startsWith("https:"))) {
      wrong.push("ISSUERS: the development issuer is for one machine, not for Azure");
    }
  }
  return wrong;
}

function contradictionsOfKeys({ KEYS, KEY_VAULT_KEYS, SERVICE_KEY = [] }: KeyValues): string[] {
  if (KEYS === "file") return [];
  if (KEY_VAULT_KEYS === undefined) return ["KEY_VAULT_KEYS: missing"];
  // Found at the start, not by the first owner who needs it: no other key may be asked to unwrap.
  const isKnown = (kek: string) =>
    KEY_VAULT_KEYS.some((key) => kek.startsWith(`${key}/`) && KEY_VERSION.test(kek.slice(key.length + 1)));
  const at = SERVICE_KEY.findIndex(({ kek }) => !isKnown(kek));
  return at < 0 ? [] : [`SERVICE_KEY/${at}/kek: no version of a key in KEY_VAULT_KEYS`];
}

function nested(values: Values) {
  return {
    publicOrigin: values.PUBLIC_ORIGIN,
    issuers: values.ISSUERS,
    stepUpMaxAge: values.STEP_UP_MAX_AGE_SECONDS,
    managedIdentity: values.AZURE_CLIENT_ID,
    store:
      values.STORE === "sqlite"
        ? { driver: values.STORE, file: values.SQLITE_FILE }
        : {
            driver: values.STORE,
            endpoint: values.COSMOS_ENDPOINT ?? "",
            database: values.COSMOS_DATABASE,
            container: values.COSMOS_CONTAINER,
            emulatorKey: values.COSMOS_EMULATOR_KEY,
          },
    keys: keysOf(values),
  } as const;
}

function keysOf({ KEYS, KEY_FILE, KEY_VAULT_KEYS = [], SERVICE_KEY }: KeyValues) {
  return KEYS === "file"
    ? ({ driver: KEYS, file: KEY_FILE, serviceKeys: SERVICE_KEY } as const)
    : ({ driver: KEYS, keys: KEY_VAULT_KEYS, serviceKeys: SERVICE_KEY ?? [] } as const);
}
