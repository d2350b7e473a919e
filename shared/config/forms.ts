import * as z from "zod";
import { Problem } from "../errors/problem.ts";
import { parseJson } from "../json.ts";

/** The characters of RFC 3986: no white space, no quotes, and no braces of a template that nobody filled in. */
const URI_CHARACTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/;

const HOST = /^(?:\[[0-9a-f:.]+\]|(?:[a-z0-9_-]+\.)*[a-z0-9_-]+)$/;

/**
 * An absolute address, taken as it is written: zod's `url` cuts white space off and drops line breaks, which a
 * comparison to the letter would then miss.
 */
const address = z
  .string()
  .meta({ format: "uri" })
  .regex(URI_CHARACTERS, {
    error: "not an address: white space, a placeholder that was not filled in, or another character",
    abort: true,
  })
  .refine((text) => !/%(?![0-9a-f]{2})/i.test(text) && URL.canParse(text), {
    error: "not an address",
    abort: true,
  })
  .refine((text) => HOST.test(new URL(text).hostname), { error: "not the name of a host", abort: true })
  .refine((text) => {
    const { username, password } = new URL(text);
    return username === "" && password === "" && !text.includes("#");
  }, "no user name, password or fragment");

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Whether http may be spoken to it: what is sent stays on this machine. */
export function isLoopback(text: string): boolean {
  return LOOPBACK.includes(new URL(text).hostname);
}

/** Whether it leads to this machine, in any spelling: no part of a service that runs on Azure is there. */
export function isOnThisMachine(text: string): boolean {
  return /^(?:127(?:\.\d+){3}|0\.0\.0\.0|(?:.+\.)?localhost|\[::1?\]|\[::ffff:7f.*\])$/.test(
    new URL(text).hostname,
  );
}

export const httpsAddress = address.refine((text) => text.startsWith("https://"), "https");

export const secureAddress = address.refine(
  (text) => text.startsWith("https://") || (text.startsWith("http://") && isLoopback(text)),
  { error: "https, or http on loopback", abort: true },
);

export const origin = secureAddress.refine(
  (text) => new URL(text).origin === text,
  "an origin in lower case: no path, no slash at the end, no port that is the scheme's own",
);

/** Azure's regions by their names in addresses: https://learn.microsoft.com/azure/reliability/regions-list */
const REGIONS = (
  "australiacentral australiacentral2 australiaeast australiasoutheast austriaeast belgiumcentral brazilsouth " +
  "brazilsoutheast canadacentral canadaeast centralindia centralus centraluseuap chilecentral chinaeast chinaeast2 " +
  "chinaeast3 chinanorth chinanorth2 chinanorth3 denmarkeast eastasia eastus eastus2 eastus2euap eastus3 " +
  "francecentral francesouth germanynorth germanywestcentral indiasouthcentral indonesiacentral israelcentral " +
  "israelnorthwest italynorth japaneast japanwest jioindiacentral jioindiawest koreacentral koreasouth " +
  "malaysiasouth malaysiawest mexicocentral newzealandnorth northcentralus northeurope norwayeast norwaywest " +
  "polandcentral qatarcentral saudiarabiaeast southafricanorth southafricawest southcentralus southcentralus2 " +
  "southeastasia southindia southeastus spaincentral swedencentral swedensouth switzerlandnorth switzerlandwest " +
  "taiwannorth taiwannorthwest uaecentral uaenorth uksouth ukwest usdodcentral usdodeast usgovarizona usgoviowa " +
  "usgovtexas usgovvirginia westcentralus westeurope westindia westus westus2 westus3"
).split(" ");

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules: 3 to 44 characters. */
const COSMOS_ACCOUNT =
  /^https:\/\/([a-z0-9][a-z0-9-]{1,42}[a-z0-9])\.documents\.azure\.(?:com|us|cn)(?::443)?\/?$/;

/**
 * The address of a Cosmos DB account, or of an emulator. `{account}-{region}` is one region's: it keeps leading there
 * when the account's write region has moved.
 */
export const cosmosEndpoint = secureAddress
  .refine((text) => isLoopback(text) || COSMOS_ACCOUNT.test(text), {
    error: "not the address of a Cosmos DB account: https://{account}.documents.azure.com",
    abort: true,
  })
  .refine((text) => {
    const [, account = ""] = COSMOS_ACCOUNT.exec(text) ?? [];
    return !REGIONS.some((region) => account.endsWith(`-${region}`));
  }, "the address of one region: the account's own has no region behind its name");

/** What is compared to the letter, or stands in a quoted parameter of a header: no quotes, no white space, no braces. */
export const word = z
  .string()
  .max(512)
  .regex(
    /^[A-Za-z0-9\-._~:/?#@!$&*+,;=%]+$/,
    "letters, digits and the signs of addresses, without white space",
  );

export function listOf<Member extends z.ZodType>(member: Member) {
  return z.array(member).min(1).refine(isWithoutRepeats, "the same twice");
}

export function isWithoutRepeats(list: readonly unknown[]): boolean {
  return new Set(list).size === list.length;
}

/** A whole number in decimal digits: `Number` would take `6e2`, `0x258`, white space and nothing at all as well. */
export const wholeNumber = z
  .string()
  .meta({ format: "integer" })
  .regex(/^(?:0|[1-9]\d{0,8})$/, "a whole number in decimal digits")
  .transform(Number);

/** SQLite takes `:memory:` and `file:` for more than names, and what is stored in memory is lost with the process. */
export const filePath = z
  .string()
  .regex(/^\P{Cc}+$/u, "a path, without control characters")
  .refine((path) => path.trim() === path, "no white space at its ends")
  .refine((path) => !/^(?::|file:)/i.test(path) && !/[/\\]$/.test(path), "the path of a file");

/** The name of a database or container. Azure Cosmos DB takes more signs; none of these has to be escaped anywhere. */
export const cosmosName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/, "up to 255 letters, digits, dots, hyphens and underscores");

/** Azure never gives the ids that are all zeros or all ones: they stand where somebody forgot one. */
export const clientId = z.uuid().refine((id) => !/^[0f-]+$/i.test(id), "a placeholder, not an id");

/** JSON in a setting, as strict as that of requests: of a member that is named twice, JSON.parse takes the last. */
export const json = z.string().transform((text, context) => {
  try {
    return parseJson(Buffer.from(text));
  } catch (error) {
    const code = error instanceof Problem ? error.code : "json-invalid";
    context.addIssue({ code: "custom", message: code === "json-invalid" ? "not JSON" : `refused: ${code}` });
    return z.NEVER;
  }
});
