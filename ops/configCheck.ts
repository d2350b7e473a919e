import { ConfigError, readConfig } from "../shared/config/read.ts";
import { type Command, operandsOf, UsageError } from "./command.ts";

/** Checks a file of settings as the app does when it starts: as the portal, the Azure CLI or Core Tools write it. */
export const checkConfig: Command = async ({ readFile }, operands) => {
  const [path] = operandsOf(operands, ["FILE"]);
  const text = await readFile(path).catch(() => {
    throw new UsageError(`${path} can't be read`);
  });
  const values = settingsOf(text, path);
  const embedded = values.AZURE_FUNCTIONS_ENVIRONMENT === "Development";
  try {
    readConfig(values, { embedded });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const each = error.wrong.map(({ name, place = "", reason }) => `${name}${place}: ${reason}`);
    return { printed: each.join("\n"), said: "What each may be: docs/configuration.md.", status: 1 };
  }
  return { printed: "nothing wrong", said: "" };
};

type Values = Record<string, string>;

function settingsOf(text: string, path: string): Values {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    throw new UsageError(`${path} is no JSON`);
  }
  if (Array.isArray(content)) {
    // az functionapp config appsettings list
    return Object.fromEntries(content.map(({ name, value }) => [String(name), String(value)]));
  }
  if (typeof content !== "object" || content === null) throw new UsageError(`${path} has no settings`);
  const { Values, IsEncrypted } = content as { Values?: Values; IsEncrypted?: boolean };
  if (IsEncrypted === true) throw new UsageError(`${path} is encrypted: func settings decrypt`);
  return Values ?? (content as Values);
}
