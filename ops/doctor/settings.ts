import { ConfigError, readConfig } from "../../shared/config/read.ts";
import { settings as known } from "../../shared/config/settings.ts";
import { API } from "../azure/management.ts";
import type { AppSettings } from "./app.ts";
import type { Check, Situation } from "./doctor.ts";
import { DEPLOY, type Finding } from "./finding.ts";

/** What the host itself needs, besides the service's own. */
const HOST: Readonly<Record<string, RegExp>> = {
  AzureWebJobsStorage__accountName: /^[a-z0-9]{3,24}$/,
  AzureWebJobsStorage__credential: /^managedidentity$/,
  AzureWebJobsDisableHomepage: /^true$/i,
  APPLICATIONINSIGHTS_CONNECTION_STRING: /InstrumentationKey=/,
};

/** What Flex Consumption refuses or ignores, and what would take the place of the identity. */
const STRAY: Readonly<Record<string, string>> = {
  AzureWebJobsStorage: "the host takes it instead of the identity's three settings",
  FUNCTIONS_WORKER_RUNTIME: "Flex Consumption has it in functionAppConfig",
  FUNCTIONS_EXTENSION_VERSION: "Flex Consumption knows none",
  WEBSITE_RUN_FROM_PACKAGE: "Flex Consumption loads the package from its container",
};

/** Every setting, the service's by the service's own rules. */
export const checkSettings: Check = async (situation) => {
  const { settings, place, management, site } = situation;
  const references = await management.list(`${place.site}/config/configreferences/appsettings`, API.Web);
  return [
    ...ofService(situation),
    ...ofHost(settings),
    ...stray(situation),
    ...references.flatMap(({ name, properties }) =>
      properties.status === "Resolved" ? [] : [unresolved(name, properties.status, settings)],
    ),
    ...(site.properties.httpsOnly
      ? []
      : [{ what: "the app answers plain HTTP: httpsOnly is off", ...DEPLOY }]),
  ];
};

const WHO = "Website Contributor on the app";

/** The beginning of a command that changes settings. */
function configure({ place }: Situation, verb: "set" | "delete"): string {
  const [group, app] = [place.group, place.site].map((id) => id.split("/").at(-1));
  return `az functionapp config appsettings ${verb} -g ${group} -n ${app}`;
}

function ofService(situation: Situation): Finding[] {
  const { settings } = situation;
  // The app sees what a reference points to, not the reference.
  const pointedTo = Object.entries(settings)
    .filter(([, value = ""]) => REFERENCE.test(value))
    .map(([name], at) => [name, Buffer.alloc(32, at + 1).toString("base64")] as const);
  const findings = wrongOf({ ...settings, ...Object.fromEntries(pointedTo) }).map(({ name, reason }) => ({
    what: `the setting ${name}: ${reason}`,
    remedy: `${configure(situation, "set")} --settings ${name}=VALUE (what it may be: docs/configuration.md), and in the parameter file`,
    who: WHO,
  }));
  const { NOTIFICATION_HUBS_KEY: primary, NOTIFICATION_HUBS_SECONDARY_KEY: secondary } = settings;
  if (primary !== undefined && secondary === undefined) {
    findings.push({
      what: "the setting NOTIFICATION_HUBS_SECONDARY_KEY: missing, so that push would stop for a day when the hub's key is rotated",
      ...DEPLOY,
    });
  }
  return findings;
}

function ofHost(settings: AppSettings): Finding[] {
  const { AZURE_CLIENT_ID: identity } = settings;
  const isRight = {
    ...Object.fromEntries(
      Object.entries(HOST).map(([name, form]) => [name, form.test(settings[name] ?? "")]),
    ),
    AzureWebJobsStorage__clientId: settings.AzureWebJobsStorage__clientId === identity,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING:
      settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING === `ClientId=${identity};Authorization=AAD`,
  };
  return Object.entries(isRight).flatMap(([name, holds]) =>
    holds && settings[name] !== undefined
      ? []
      : [{ what: `the setting ${name}: ${settings[name] === undefined ? "missing" : "wrong"}`, ...DEPLOY }],
  );
}

function stray(situation: Situation): Finding[] {
  return Object.keys(situation.settings).flatMap((name) => {
    const reason = STRAY[name] ?? (name in known || OTHERS.test(name) ? undefined : "nobody reads it");
    if (reason === undefined) return [];
    const remedy = `${configure(situation, "delete")} --setting-names ${name}`;
    return [{ what: `a stray setting ${name}: ${reason}`, remedy, who: WHO }];
  });
}

function unresolved(name: string, status: string, settings: AppSettings): Finding {
  const [, vault, secret] = REFERENCE.exec(settings[name] ?? "") ?? [];
  const what = `the setting ${name}: its Key Vault reference is ${status}`;
  return status === "SecretNotFound"
    ? {
        what,
        remedy: `az keyvault secret recover --vault-name ${vault} -n ${secret} (a hub that never was: docs/deploy.md, step 4)`,
        who: "Key Vault Secrets Officer on the vault",
      }
    : { what: `${what}: it is read again within a day, or by az functionapp restart`, ...DEPLOY };
}

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
