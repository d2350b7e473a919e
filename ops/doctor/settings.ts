import { ConfigError, readConfig } from "../../shared/config/read.ts";
import { settings as known } from "../../shared/config/settings.ts";
import { API } from "../azure/management.ts";
import type { Check } from "./doctor.ts";
import { DEPLOY, type Finding } from "./finding.ts";

/** What the host itself needs, besides the service's own. */
const HOST: Readonly<Record<string, RegExp>> = {
  AzureWebJobsStorage__accountName: /^[a-z0-9]{3,24}$/,
  AzureWebJobsStorage__credential: /^managedidentity$/,
  AzureWebJobsDisableHomepage: /^true$/i,
  APPLICATIONINSIGHTS_CONNECTION_STRING: /InstrumentationKey=/,
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: /^ClientId=[0-9a-f-]{36};Authorization=AAD$/,
};

/** What Flex Consumption refuses or ignores, and what would take the place of the identity. */
const STRAY: Readonly<Record<string, string>> = {
  AzureWebJobsStorage: "the host takes it instead of the identity's three settings",
  FUNCTIONS_WORKER_RUNTIME: "Flex Consumption has it in functionAppConfig",
  FUNCTIONS_EXTENSION_VERSION: "Flex Consumption knows none",
  WEBSITE_RUN_FROM_PACKAGE: "Flex Consumption loads the package from its container",
};

/** Every setting, the service's by the service's own rules. */
export const checkSettings: Check = async ({ settings, place, management, site }) => {
  const app = place.site.split("/").at(-1);
  const group = place.group.split("/").at(-1);
  const set = (name: string, value = "VALUE") =>
    `az functionapp config appsettings set -g ${group} -n ${app} --settings ${name}=${value}`;
  const who = "Website Contributor on the app";
  const findings: Finding[] = [];

  // The app sees what a reference points to, not the reference.
  const references = Object.entries(settings).filter(([, value]) =>
    value?.startsWith("@Microsoft.KeyVault("),
  );
  const stand = Object.fromEntries(
    references.map(([name], at) => [name, Buffer.alloc(32, at + 1).toString("base64")] as const),
  );
  for (const { name, reason } of wrongOf({ ...settings, ...stand })) {
    findings.push({
      what: `the setting ${name}: ${reason}`,
      remedy: `${set(name)} (what it may be: docs/configuration.md), and in the parameter file`,
      who,
    });
  }
  for (const [name, form] of Object.entries(HOST)) {
    if (form.test(settings[name] ?? "")) continue;
    findings.push({
      what: `the setting ${name}: ${settings[name] === undefined ? "missing" : "wrong"}`,
      ...DEPLOY,
    });
  }
  for (const name of ["AzureWebJobsStorage__clientId"]) {
    if (settings[name] !== undefined && settings[name] === settings.AZURE_CLIENT_ID) continue;
    findings.push({ what: `the setting ${name}: not the client id of AZURE_CLIENT_ID`, ...DEPLOY });
  }
  const inUse = settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? "";
  if (
    HOST.APPLICATIONINSIGHTS_AUTHENTICATION_STRING?.test(inUse) &&
    !inUse.includes(`${settings.AZURE_CLIENT_ID};`)
  ) {
    findings.push({
      what: "the setting APPLICATIONINSIGHTS_AUTHENTICATION_STRING: not the client id of AZURE_CLIENT_ID",
      ...DEPLOY,
    });
  }
  if (
    settings.NOTIFICATION_HUBS_KEY !== undefined &&
    settings.NOTIFICATION_HUBS_SECONDARY_KEY === undefined
  ) {
    findings.push({
      what: "the setting NOTIFICATION_HUBS_SECONDARY_KEY: missing, so that push would stop for a day when the hub's key is rotated",
      ...DEPLOY,
    });
  }
  for (const [name, reason] of Object.entries(STRAY)) {
    if (settings[name] === undefined) continue;
    findings.push({
      what: `a stray setting ${name}: ${reason}`,
      remedy: `az functionapp config appsettings delete -g ${group} -n ${app} --setting-names ${name}`,
      who,
    });
  }
  for (const name of Object.keys(settings)) {
    if (name in known || name in HOST || name in STRAY || OTHERS.test(name)) continue;
    findings.push({
      what: `the setting ${name}: nobody reads it`,
      remedy: `az functionapp config appsettings delete -g ${group} -n ${app} --setting-names ${name}`,
      who,
    });
  }

  for (const { name, properties } of await management.list(
    `${place.site}/config/configreferences/appsettings`,
    API.Web,
  )) {
    if (properties.status === "Resolved") continue;
    const [, vault, secret] = REFERENCE.exec(settings[name] ?? "") ?? [];
    const what = `the setting ${name}: its Key Vault reference is ${properties.status}`;
    findings.push(
      properties.status === "SecretNotFound"
        ? {
            what,
            remedy: `az keyvault secret recover --vault-name ${vault} -n ${secret} (a hub that never was: docs/deploy.md, step 4)`,
            who: "Key Vault Secrets Officer on the vault",
          }
        : { what: `${what}: it is read again within a day, or by az functionapp restart`, ...DEPLOY },
    );
  }
  if (!site.properties.httpsOnly)
    findings.push({ what: "the app answers plain HTTP: httpsOnly is off", ...DEPLOY });
  return findings;
};

const REFERENCE = /^@Microsoft\.KeyVault\(VaultName=([^;]+);SecretName=([^;)]+)/;

/** Of Azure and of the host. */
const OTHERS =
  /^(AzureWebJobs|AzureFunctions|APPLICATIONINSIGHTS_|WEBSITE_|FUNCTIONS_|AZURE_|languageWorkers)/;

interface Wrong {
  readonly name: string;
  readonly reason: string;
}

function wrongOf(settings: Readonly<Record<string, string | undefined>>): readonly Wrong[] {
  try {
    readConfig(settings, { embedded: false });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.wrong.map(({ name, place = "", reason }) => ({ name: `${name}${place}`, reason }));
  }
}
