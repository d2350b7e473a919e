import { writeFile } from "node:fs/promises";
import * as z from "zod";
import { JWKS_PATH } from "../local/issuer/http.ts";
import { issuerSettings } from "../local/issuer/settings.ts";
import { issuerSetting, type SettingName, settings } from "../shared/config/settings.ts";

/** Where the development issuer listens beside the Functions host: `npm run issuer`. */
const ISSUER_ORIGIN = "http://127.0.0.1:7072";

/** What the embedded service needs, in the Functions host on this machine. */
const SAMPLE: Readonly<Partial<Record<SettingName, string>>> = {
  PUBLIC_ORIGIN: "http://127.0.0.1:7071",
  ISSUERS: JSON.stringify(issuerSettings(ISSUER_ORIGIN + JWKS_PATH)),
  STORE: "sqlite",
  KEYS: "file",
};

/** local.settings.sample.json: what Core Tools pass to the app as environment variables. */
export function sampleSettings(): string {
  const values: Record<string, string> = {
    FUNCTIONS_WORKER_RUNTIME: "node",
    // Functions that have only HTTP triggers need no storage account.
    AzureWebJobsStorage: "",
    AzureWebJobsDisableHomepage: "true",
  };
  for (const [name, setting] of entries()) {
    const { of } = setting;
    const counts = of === undefined || SAMPLE[of[0]] === of[1];
    const value = SAMPLE[name] ?? defaultOf(setting.schema);
    if (counts && value !== undefined) values[name] = value;
  }
  return `${JSON.stringify({ IsEncrypted: false, Values: values }, undefined, 2)}\n`;
}

/** docs/configuration.md */
export function configurationPage(): string {
  const rows = entries().map(([name, { schema, meaning, of }]) => {
    const fallback = defaultOf(schema);
    const without =
      fallback === undefined ? (schema.safeParse(undefined).success ? "–" : "needed") : code(fallback);
    return `| \`${name}\` | ${typeOf(schema)} | ${without} | ${of ? `With ${of.join("=")}. ` : ""}${meaning} |`;
  });
  const members = Object.entries(issuerSetting.shape).map(
    ([name, schema]) =>
      `| \`${name}\` | ${typeOf(schema)} | ${schema.safeParse(undefined).success ? "–" : "needed"} | ${schema.description ?? ""} |`,
  );
  return `# Configuration

Environment variables; on Azure the app's settings, with Core Tools those of \`local.settings.json\`. This page and
\`local.settings.sample.json\` are made from [\`shared/config/settings.ts\`](../shared/config/settings.ts) by
\`npm run settings\`, and a test fails where they differ. A wrong configuration ends the start with every wrong setting
named, never with its value. On Azure (\`WEBSITE_INSTANCE_ID\` is set) what belongs to one machine is refused.

| setting | type | when left out | meaning |
|---|---|---|---|
${rows.join("\n")}

## The service key

\`npm run -s ops -- --help\` tells which settings and which rights its commands need. Each prints a value for \`SERVICE_KEY\`,
and changes nothing itself:

\`\`\`sh
export KEYS=key-vault KEY_VAULT_KEYS=https://backup.vault.azure.net/keys/backup
npm run -s ops -- service-key make                     # the first one; keep a copy where it can't be lost with the settings

export SERVICE_KEY=…                                   # as it is set now
npm run -s ops -- service-key rewrap                   # after a rotation, before the older version of the key is disabled
npm run -s ops -- service-key replace                  # a new one in front, where it may have leaked
npm run -s ops -- service-key retire                   # later: the old one for references alone
\`\`\`

After \`replace\`, an instance that has the old value still refuses what another has made with the new key (\`key-unusable\`): let
all have it within minutes. Before \`retire\`, everything has to be moved to the new key; nothing moves user keys yet
([status.md](status.md)), so wait with it.

## An issuer

One member of \`ISSUERS\`.

| member | type | when left out | meaning |
|---|---|---|---|
${members.join("\n")}
`;
}

function entries() {
  return Object.entries(settings) as [
    SettingName,
    { schema: z.ZodType; meaning: string; of?: readonly [SettingName, string] },
  ][];
}

function defaultOf(schema: z.ZodType): string | undefined {
  const parsed = schema.safeParse(undefined);
  return parsed.success && parsed.data !== undefined ? String(parsed.data) : undefined;
}

/** The type in a reader's words: what is written, not what it is parsed to. */
function typeOf(schema: z.ZodType): string {
  const { type, enum: values, format } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  if (values) return values.map((value) => code(String(value))).join(" or ");
  if (format === "uri") return "address";
  if (format === "uuid") return "UUID";
  return String(type ?? "integer");
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) {
  await writeFile(new URL("../docs/configuration.md", import.meta.url), configurationPage());
  await writeFile(new URL("../local.settings.sample.json", import.meta.url), sampleSettings());
}
