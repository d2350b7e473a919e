import * as z from "zod";
import { settings } from "./settings.ts";

const environment = z.object({
  PUBLIC_ORIGIN: settings.PUBLIC_ORIGIN.schema,
  ISSUERS: settings.ISSUERS.schema,
  STEP_UP_MAX_AGE_SECONDS: settings.STEP_UP_MAX_AGE_SECONDS.schema,
  STORE: settings.STORE.schema,
  SQLITE_FILE: settings.SQLITE_FILE.schema,
  KEYS: settings.KEYS.schema,
  KEY_FILE: settings.KEY_FILE.schema,
});

export type Config = ReturnType<typeof readConfig>;

/** The settings that are missing or wrong, by name. Values stay out of it: one of them may be a secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * The typed configuration from environment variables.
 * @throws {ConfigError} naming every wrong setting, so that one start is enough to mend them all
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>) {
  const parsed = environment.safeParse(variables);
  if (!parsed.success) {
    const lines = new Map<string, string>();
    for (const { path, message } of parsed.error.issues) {
      const [name, ...rest] = path.map(String);
      if (name === undefined || lines.has(name)) continue;
      const given = variables[name] !== undefined;
      lines.set(
        name,
        given ? `${name}${rest.map((step) => `/${step}`).join("")}: ${message}` : `${name}: missing`,
      );
    }
    throw new ConfigError(`wrong settings:\n${[...lines.values()].map((line) => `  ${line}`).join("\n")}`);
  }
  const values = parsed.data;
  return {
    publicOrigin: values.PUBLIC_ORIGIN,
    issuers: values.ISSUERS,
    stepUpMaxAge: values.STEP_UP_MAX_AGE_SECONDS,
    store: { driver: values.STORE, file: values.SQLITE_FILE },
    keys: { driver: values.KEYS, file: values.KEY_FILE },
  };
}
