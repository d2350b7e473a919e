import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import * as z from "zod";
import { JWKS_PATH } from "../local/issuer/http.ts";
import { issuerSettings } from "../local/issuer/settings.ts";
import { runProgram } from "../local/terminal/program.ts";
import {
  issuerSetting,
  REQUEST_BODY_SIZE_LIMIT,
  type SettingName,
  settings,
} from "../shared/config/settings.ts";
import { BODY_LIMIT } from "../shared/http/body.ts";

/** Where the development issuer listens beside the Functions host: `npm run issuer`. */
const ISSUER_ORIGIN = "http://127.0.0.1:7072";

/** What the embedded service needs, in the Functions host on this machine. */
const SAMPLE: Readonly<Partial<Record<SettingName, string>>> = {
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(REQUEST_BODY_SIZE_LIMIT),
  PUBLIC_ORIGIN: "http://127.0.0.1:7071",
  ISSUERS: JSON.stringify(issuerSettings(ISSUER_ORIGIN + JWKS_PATH)),
  STORE: "sqlite",
  KEYS: "file",
  NOTIFY: "outbox",
};

const MIB = 1_048_576;

/** What a request costs in the host and its worker, in sizes of its body: measured on the host 4.1037. */
const COST_OF_A_BODY = 6;

/** Bytes of the instance that host.json is made for: the default size of Flex Consumption. */
const INSTANCE_MEMORY = 2_048 * MIB;

/** The most memory that bodies may take in one instance, in bytes, and the half of the instance that it stays below. */
export function memoryOfBodies() {
  const { http } = JSON.parse(readFileSync(new URL("../host.json", import.meta.url), "utf8")).extensions;
  const requests: number = http.maxOutstandingRequests;
  const concurrent: number = http.maxConcurrentRequests;
  const each = COST_OF_A_BODY * REQUEST_BODY_SIZE_LIMIT;
  return { requests, concurrent, each, all: requests * each, half: INSTANCE_MEMORY / 2 };
}

/** local.settings.sample.json: what Core Tools pass to the app as environment variables. */
export function sampleSettings(): string {
  const values: Record<string, string> = {
    // Not AZURE_FUNCTIONS_ENVIRONMENT: Core Tools add it themselves, and end where it is there already.
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
  const { requests, concurrent, each, all, half } = memoryOfBodies();
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
named and a reason, in one line, and never with a value. Under the Functions host every route then answers 503
(\`not-configured\`) but \`GET /v1/health\`; a process of one's own ends.

What belongs to one machine (\`STORE=sqlite\`, \`KEYS=file\`, an emulator, the development issuer, an origin on loopback) is
refused unless \`AZURE_FUNCTIONS_ENVIRONMENT\` is \`Development\`, which Core Tools set and Azure never does by itself. No other
variable is asked whether this is Azure: its plans set different ones. \`npm start\` needs none of it.

| setting | type | when left out | meaning |
|---|---|---|---|
${rows.join("\n")}

## How much is read of a request

The Functions host reads a whole body before it calls the app, from anybody, and a body costs about ${COST_OF_A_BODY} times its size in the
memory of host and worker (measured). So two limits stand before the app's own of ${BODY_LIMIT.toLocaleString("en")} bytes: the setting
\`FUNCTIONS_REQUEST_BODY_SIZE_LIMIT\`, above which the host answers an empty 500 at once, and the requests that an instance
holds, in \`host.json\`, above which it answers 429.

| | |
|---|---|
| \`FUNCTIONS_REQUEST_BODY_SIZE_LIMIT\` | ${inBytes(REQUEST_BODY_SIZE_LIMIT)} |
| × ${COST_OF_A_BODY}: one request at its most | ${inMib(each)} |
| × ${requests} (\`maxOutstandingRequests\`: waiting and running) | **${inMib(all)}** |
| half of an instance of ${inMib(INSTANCE_MEMORY)} | ${inMib(half)} |
| of these at once in the app (\`maxConcurrentRequests\`) | ${concurrent} |

The other half is for host and worker themselves. An instance of 512 MiB has room for ${Math.floor((256 * MIB) / each)} requests, one of ${inMib(2 * INSTANCE_MEMORY)} for
${Math.floor(INSTANCE_MEMORY / each)}: with another size, change both numbers in \`host.json\`.

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
all have it within minutes. Everything that is under the old key is then moved by itself. Before \`retire\`, wait until
\`ops status\` says that nothing is left, and two days more: activations and their codes stay under the old key for as long as they live.

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
  if (format === "integer") return format;
  return String(type ?? "integer");
}

const inBytes = (bytes: number) => `${bytes.toLocaleString("en")} bytes`;
const inMib = (bytes: number) => `${(bytes / MIB).toLocaleString("en")} MiB`;

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) {
  await runProgram(
    {
      name: "npm run settings",
      about:
        "Writes docs/configuration.md and local.settings.sample.json, from the settings in shared/config/settings.ts.",
      options: {},
    },
    async () => {
      await writeFile(new URL("../docs/configuration.md", import.meta.url), configurationPage());
      await writeFile(new URL("../local.settings.sample.json", import.meta.url), sampleSettings());
    },
  );
}
