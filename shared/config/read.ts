import type * as z from "zod";
import { MINIMUM_VERSION } from "../appVersion.ts";
import { isLoopback, isOnThisMachine } from "./forms.ts";
import { type SettingName, settings } from "./settings.ts";

/** https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers */
const KEY_VERSION = /^[0-9a-f]{32}$/;

/** Bytes that the Functions host may be told to take of a body: no less than the pipeline takes. */
const BODY_SIZES = { least: 1_048_576, most: 2_097_152 };

type Values = { readonly [Name in SettingName]: z.infer<(typeof settings)[Name]["schema"]> };

const KEY_SETTINGS = ["KEYS", "KEY_FILE", "KEY_VAULT_KEYS", "SERVICE_KEY"] as const;

type KeyValues = Pick<Values, (typeof KEY_SETTINGS)[number]>;

export type Config = ReturnType<typeof readConfig>;

type Variables = Readonly<Record<string, string | undefined>>;

interface Wrong {
  readonly name: SettingName;
  /** Where in the setting, if it has parts. */
  readonly place?: string;
  readonly reason: string;
}

/**
 * The settings that are missing or wrong, by name, in one line. Values stay out of it, and so do names of members that
 * nobody knows: one of them may be a secret.
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** The same, for a log that keeps messages out: {@link failureOf}. */
  readonly advice: string;
  readonly wrong: readonly Wrong[];

  constructor(wrong: readonly Wrong[]) {
    super(
      `wrong settings: ${wrong.map(({ name, place = "", reason }) => `${name}${place}: ${reason}`).join("; ")}`,
    );
    this.advice = this.message;
    this.wrong = wrong;
  }
}

/**
 * The typed configuration from environment variables.
 * @param embedded whether parts of a single machine may be named: only if the composition root asks for them, or the
 *   Functions host says that it runs for development. Which variables Azure sets differs by plan, so none of them tells
 * @throws {ConfigError} naming every wrong setting, so that one start is enough to mend them all
 */
export function readConfig(
  variables: Variables,
  { embedded = variables.AZURE_FUNCTIONS_ENVIRONMENT === "Development" }: { embedded?: boolean } = {},
) {
  const names = Object.keys(settings) as SettingName[];
  return nested(
    parse<Values>(names, variables, (values) => [
      ...contradictions(values),
      ...contradictionsOfKeys(values),
      ...(embedded ? [] : refusedOnAzure(values)),
    ]),
  );
}

/**
 * The settings of the keys alone, for commands that need no others. The service key may be missing: it may have to be
 * made.
 * @throws {ConfigError}
 */
export function readKeysConfig(variables: Variables) {
  return {
    keys: keysOf(parse<KeyValues>(KEY_SETTINGS, variables, contradictionsOfKeys)),
    managedIdentity: undefined,
  };
}

/** @param check finds what is wrong although each setting is of its form; gets those that are */
function parse<Parsed>(
  names: readonly SettingName[],
  variables: Variables,
  check: (values: Partial<Parsed>) => readonly Wrong[],
): Parsed {
  const values: Partial<Record<SettingName, unknown>> = {};
  const malformed: Wrong[] = [];
  for (const name of names) {
    const { data, error } = settings[name].schema.safeParse(variables[name]);
    if (error) malformed.push(...violations(name, variables[name], error));
    else values[name] = data;
  }
  const named = new Set(malformed.map(({ name }) => name));
  const wrong = [...malformed, ...check(values as Partial<Parsed>).filter(({ name }) => !named.has(name))];
  if (wrong.length > 0) throw new ConfigError(wrong);
  return values as Parsed;
}

function violations(name: SettingName, value: string | undefined, { issues }: z.ZodError): Wrong[] {
  if (value === undefined) return [{ name, reason: "missing" }];
  return issues.map(({ path, code, message }) => ({
    name,
    place: path.map((part) => `/${String(part)}`).join(""),
    reason: code === "unrecognized_keys" ? "a member that is not known" : message,
  }));
}

function isEmulated({ COSMOS_EMULATOR_KEY, COSMOS_ENDPOINT }: Partial<Values>): boolean {
  return COSMOS_EMULATOR_KEY !== undefined && COSMOS_ENDPOINT !== undefined && isLoopback(COSMOS_ENDPOINT);
}

function contradictions(values: Partial<Values>): Wrong[] {
  const wrong: Wrong[] = [];
  const { STORE, COSMOS_ENDPOINT, COSMOS_EMULATOR_KEY, KEYS, AZURE_CLIENT_ID, SERVICE_KEY } = values;
  const emulated = isEmulated(values);
  if (STORE === "cosmos" && COSMOS_ENDPOINT === undefined) {
    wrong.push({ name: "COSMOS_ENDPOINT", reason: "missing" });
  }
  if (STORE === "cosmos" && COSMOS_EMULATOR_KEY !== undefined && !emulated) {
    wrong.push({
      name: "COSMOS_EMULATOR_KEY",
      reason: "an account is signed in to with the managed identity, never with a key",
    });
  }
  if (KEYS === "key-vault" && SERVICE_KEY === undefined)
    wrong.push({ name: "SERVICE_KEY", reason: "missing" });
  wrong.push(...contradictionsOfNotify(values));
  const identityNeeded =
    KEYS === "key-vault" || (STORE === "cosmos" && !emulated) || values.NOTIFY === "azure";
  if (identityNeeded && AZURE_CLIENT_ID === undefined) {
    wrong.push({ name: "AZURE_CLIENT_ID", reason: "missing" });
  }
  return wrong;
}

function contradictionsOfKeys({ KEYS, KEY_VAULT_KEYS, SERVICE_KEY = [] }: Partial<KeyValues>): Wrong[] {
  if (KEYS !== "key-vault") return [];
  if (KEY_VAULT_KEYS === undefined) return [{ name: "KEY_VAULT_KEYS", reason: "missing" }];
  // Found at the start, not by the first owner who needs it: no other key may be asked to unwrap.
  const isKnown = (kek: string) =>
    KEY_VAULT_KEYS.some((key) => kek.startsWith(`${key}/`) && KEY_VERSION.test(kek.slice(key.length + 1)));
  return SERVICE_KEY.flatMap(({ kek }, at) =>
    isKnown(kek)
      ? []
      : [{ name: "SERVICE_KEY", place: `/${at}/kek`, reason: "no version of a key in KEY_VAULT_KEYS" }],
  );
}

/**
 * What belongs to one machine, and what a deployed app can't be without. Instances come and go with their disks: what
 * was acknowledged there would be lost with the next one.
 */
function refusedOnAzure({
  STORE,
  KEYS,
  NOTIFY,
  PUBLIC_ORIGIN,
  COSMOS_ENDPOINT,
  ISSUERS = [],
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: bodySize,
}: Partial<Values>): Wrong[] {
  const wrong: Wrong[] = [];
  if (STORE === "sqlite") wrong.push({ name: "STORE", reason: `sqlite ${FOR_DEVELOPMENT}` });
  if (KEYS === "file") wrong.push({ name: "KEYS", reason: `file ${FOR_DEVELOPMENT}` });
  if (NOTIFY === "outbox") wrong.push({ name: "NOTIFY", reason: `outbox ${FOR_DEVELOPMENT}` });
  if (PUBLIC_ORIGIN !== undefined && isOnThisMachine(PUBLIC_ORIGIN)) {
    wrong.push({ name: "PUBLIC_ORIGIN", reason: `loopback ${FOR_DEVELOPMENT}` });
  }
  if (STORE === "cosmos" && COSMOS_ENDPOINT !== undefined && isOnThisMachine(COSMOS_ENDPOINT)) {
    wrong.push({ name: "COSMOS_ENDPOINT", reason: `an emulator ${FOR_DEVELOPMENT}` });
  }
  for (const [at, { jwksUri }] of ISSUERS.entries()) {
    if (!isOnThisMachine(jwksUri)) continue;
    wrong.push({
      name: "ISSUERS",
      place: `/${at}/jwksUri`,
      reason: `the development issuer ${FOR_DEVELOPMENT}`,
    });
  }
  if (bodySize === undefined) wrong.push({ name: "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", reason: "missing" });
  else if (bodySize < BODY_SIZES.least || bodySize > BODY_SIZES.most) {
    wrong.push({
      name: "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
      reason: `${BODY_SIZES.least} to ${BODY_SIZES.most}`,
    });
  }
  return wrong;
}

const FOR_DEVELOPMENT = "is for one machine: AZURE_FUNCTIONS_ENVIRONMENT is not Development";

/** What NOTIFY=azure needs. */
const NOTIFY_NEEDS = [
  "NOTIFICATION_HUBS_NAMESPACE",
  "NOTIFICATION_HUB",
  "NOTIFICATION_HUBS_KEY",
  "COMMUNICATION_ENDPOINT",
  "MAIL_SENDER",
] as const;

function contradictionsOfNotify(values: Partial<Values>): Wrong[] {
  if (values.NOTIFY !== "azure") return [];
  const wrong: Wrong[] = [];
  const { NOTIFICATION_HUBS_KEY: key, NOTIFICATION_HUBS_SECONDARY_KEY: secondary } = values;
  if (secondary !== undefined && secondary === key) {
    wrong.push({ name: "NOTIFICATION_HUBS_SECONDARY_KEY", reason: "the primary key again" });
  }
  const needed = values.TEXT_PREFIXES ? ([...NOTIFY_NEEDS, "TEXT_SENDER"] as const) : NOTIFY_NEEDS;
  const missing = needed.filter((name) => values[name] === undefined);
  return [...wrong, ...missing.map((name) => ({ name, reason: "missing" }))];
}

function nested(values: Values) {
  return {
    publicOrigin: values.PUBLIC_ORIGIN,
    issuers: values.ISSUERS,
    minimumVersions: values.MINIMUM_APP_VERSIONS ?? MINIMUM_VERSION,
    stepUpMaxAge: values.STEP_UP_MAX_AGE_SECONDS,
    phoneWorkPerSecond: values.PHONE_WORK_PER_SECOND,
    managedIdentity: values.AZURE_CLIENT_ID,
    store:
      values.STORE === "sqlite"
        ? { driver: values.STORE, file: values.SQLITE_FILE }
        : {
            driver: values.STORE,
            endpoint: values.COSMOS_ENDPOINT ?? "",
            database: values.COSMOS_DATABASE,
            container: values.COSMOS_CONTAINER,
            consistency: values.COSMOS_CONSISTENCY,
            activations: values.COSMOS_ACTIVATIONS_CONTAINER,
            emulatorKey: values.COSMOS_EMULATOR_KEY,
          },
    keys: keysOf(values),
    notify: {
      ...notifyOf(values),
      /** The prefixes of numbers that texts may go to. */
      textPrefixes: values.TEXT_PREFIXES ?? [],
      /** The most texts with codes in an hour. */
      textsPerHour: values.TEXT_CODES_PER_HOUR,
      noticeTextsPerHour: values.TEXT_NOTICES_PER_HOUR,
    },
  } as const;
}

function keysOf({ KEYS, KEY_FILE, KEY_VAULT_KEYS = [], SERVICE_KEY }: KeyValues) {
  return KEYS === "file"
    ? ({ driver: KEYS, file: KEY_FILE, serviceKeys: SERVICE_KEY } as const)
    : ({ driver: KEYS, keys: KEY_VAULT_KEYS, serviceKeys: SERVICE_KEY ?? [] } as const);
}

function notifyOf(values: Values) {
  if (values.NOTIFY === "outbox") return { driver: values.NOTIFY, file: values.OUTBOX_FILE } as const;
  const { NOTIFICATION_HUBS_KEY: primary, NOTIFICATION_HUBS_SECONDARY_KEY: secondary } = values;
  return {
    driver: values.NOTIFY,
    hubs: {
      namespace: values.NOTIFICATION_HUBS_NAMESPACE ?? "",
      production: values.NOTIFICATION_HUB ?? "",
      sandbox: values.NOTIFICATION_HUB_SANDBOX,
      rule: values.NOTIFICATION_HUBS_RULE,
      keys: [primary, secondary].filter((key) => key !== undefined),
    },
    communication: {
      endpoint: values.COMMUNICATION_ENDPOINT ?? "",
      mailSender: values.MAIL_SENDER ?? "",
      textSender: values.TEXT_SENDER,
    },
  } as const;
}
