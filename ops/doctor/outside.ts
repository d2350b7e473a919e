import { API } from "../azure/management.ts";
import type { Check } from "./doctor.ts";
import type { Finding } from "./finding.ts";

/** What infra/ makes resources of. */
const PROVIDERS = [
  "App",
  "Authorization",
  "Communication",
  "Consumption",
  "DocumentDB",
  "Insights",
  "KeyVault",
  "ManagedIdentity",
  "Network",
  "NotificationHubs",
  "OperationalInsights",
  "Storage",
  "Web",
];

export const checkProviders: Check = async ({ management, place }) => {
  const registered = new Map(
    (await management.list(`${place.subscription}/providers`, API.Providers)).map((each) => [
      String(each.namespace).toLowerCase(),
      String(each.registrationState),
    ]),
  );
  return PROVIDERS.flatMap((name) => {
    const state = registered.get(`microsoft.${name}`.toLowerCase()) ?? "not there";
    return state === "Registered"
      ? []
      : [
          {
            what: `the resource provider Microsoft.${name}: ${state}`,
            remedy: `az provider register --namespace Microsoft.${name}`,
            who: "Contributor on the subscription",
          },
        ];
  });
};

/** Milliseconds: a device proof may be so far from the service's clock (docs/protocol.md). */
const APART = 60_000;

export const checkClock: Check = async ({ management, system, service }) => {
  const findings: Finding[] = [];
  const azure = management.time();
  if (azure !== undefined && Math.abs(system.now() - azure) > APART) {
    findings.push({
      what: `this machine's clock is ${Math.round((system.now() - azure) / 1000)} s from Azure's: what follows from the time here may be wrong`,
      remedy: "set the clock (timedatectl set-ntp true)",
      who: "you",
    });
  }
  if (azure !== undefined && service?.time !== undefined && Math.abs(service.time - azure) > APART) {
    findings.push({
      what: `the service's clock is ${Math.round((service.time - azure) / 1000)} s from Azure's: phones' proofs are refused`,
      remedy: "az functionapp restart; if it stays, Azure's support",
      who: "Website Contributor on the app",
    });
  }
  return findings;
};

export const checkNames: Check = async ({ settings, resolve }) => {
  const hosts = [
    settings.PUBLIC_ORIGIN,
    settings.COSMOS_ENDPOINT,
    ...(settings.KEY_VAULT_KEYS?.split(",") ?? []),
  ];
  const findings: Finding[] = [];
  for (const address of hosts) {
    if (address === undefined || !URL.canParse(address.trim())) continue;
    const { hostname } = new URL(address.trim());
    const found = await resolve(hostname).catch(() => []);
    if (found.length > 0) continue;
    findings.push({
      what: `DNS: ${hostname} has no address`,
      remedy: `nslookup ${hostname}; the service's own name: docs/operations.md, DNS and Front Door; the others: is there such an account, and do its privatelink zones hang on the network?`,
      who: "DNS Zone Contributor; Network Contributor for private zones",
    });
  }
  return findings;
};

export const checkReady: Check = async ({ service }) => {
  if (!service) {
    return [
      {
        what: "the service does not answer",
        remedy: "az functionapp show --query state; docs/runbook.md, no-telemetry",
        who: "Website Contributor on the app",
      },
    ];
  }
  if (service.status !== 200) {
    return [
      {
        what: `the service is not ready: ${service.parts.join(", ") || service.code}`,
        remedy: "mend what is named above; then az functionapp restart, and docs/runbook.md, not-ready",
        who: "Website Contributor on the app",
      },
    ];
  }
  return service.sweep === "stale"
    ? [
        {
          what: "the service's timers are silent: its last sweep is stale",
          remedy: "npm run -s ops -- sweep, then az functionapp restart; docs/runbook.md, no-sweep",
          who: "the app role Operations.Act; Website Contributor on the app",
        },
      ]
    : [];
};
