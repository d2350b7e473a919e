import { API } from "../azure/management.ts";
import { keysOf } from "./app.ts";
import type { Check } from "./doctor.ts";
import { DEPLOY, type Finding } from "./finding.ts";

/** Days after which a key encryption key is to be rotated. */
const OLD = 400;

const OPERATIONS = ["unwrapKey", "wrapKey"];

const OFFICER = "Key Vault Crypto Officer on the vault";

export const checkKeys: Check = async ({ management, place, settings, system }) => {
  const findings: Finding[] = [];
  for (const id of keysOf(place, settings)) {
    const [vaultId = "", name = ""] = id.split("/keys/");
    const vaultName = vaultId.split("/").at(-1);
    const vault = await management.read(vaultId, API.KeyVault);
    if (!vault) {
      findings.push({ what: `there is no vault ${vaultName} in this group`, ...DEPLOY });
      continue;
    }
    const { properties } = vault;
    const held = {
      "roles decide who may use it (enableRbacAuthorization)": properties.enableRbacAuthorization === true,
      "it can't be purged (enablePurgeProtection)": properties.enablePurgeProtection === true,
      "what is deleted is kept for 90 days": properties.softDeleteRetentionInDays === 90,
    };
    for (const [what, holds] of Object.entries(held)) {
      if (!holds) findings.push({ what: `the vault ${vaultName}: not so that ${what}`, ...DEPLOY });
    }
    const key = await management.read(id, API.KeyVault);
    if (!key) {
      findings.push({
        what: `there is no key ${name} in ${vaultName}`,
        remedy: `az keyvault key recover --vault-name ${vaultName} -n ${name}; a key that never was: ${DEPLOY.remedy}`,
        who: OFFICER,
      });
      continue;
    }
    findings.push(...findingsOf(key.properties, { vault: vaultName ?? "", name, now: system.now() }));
    for (const { kek } of serviceKeysOf(settings.SERVICE_KEY)) {
      const [version = ""] = kek.split("/").slice(-1);
      if (!kek.startsWith(`https://${vaultName}.`)) continue;
      const found = await management.read(`${id}/versions/${version}`, API.KeyVault);
      if (found?.properties.attributes?.enabled === true) continue;
      findings.push({
        what: `the key ${name} in ${vaultName}: its version ${version}, which SERVICE_KEY names, is ${found ? "disabled" : "not there"}: nothing can be recovered`,
        remedy: `az keyvault key set-attributes --vault-name ${vaultName} -n ${name} --version ${version} --enabled true`,
        who: OFFICER,
      });
    }
  }
  return findings;
};

interface KeyProperties {
  readonly keyOps?: readonly string[];
  readonly attributes?: {
    enabled?: boolean;
    exp?: number;
    nbf?: number;
    created?: number;
    exportable?: boolean;
  };
}

function findingsOf(
  { keyOps = [], attributes = {} }: KeyProperties,
  { vault, name, now }: { vault: string; name: string; now: number },
): Finding[] {
  const findings: Finding[] = [];
  const which = `the key ${name} in ${vault}`;
  const set = `az keyvault key set-attributes --vault-name ${vault} -n ${name}`;
  const seconds = now / 1000;
  if (attributes.enabled === false) {
    findings.push({ what: `${which}: it is disabled`, remedy: `${set} --enabled true`, who: OFFICER });
  }
  if (attributes.exp !== undefined) {
    findings.push({
      what: `${which}: it ${attributes.exp <= seconds ? "has expired" : "expires"}`,
      remedy: `${set} --expires ""; then npm run -s ops -- rotate`,
      who: OFFICER,
    });
  }
  if (attributes.nbf !== undefined && attributes.nbf > seconds) {
    findings.push({ what: `${which}: it is not valid yet`, remedy: `${set} --not-before ""`, who: OFFICER });
  }
  if ([...keyOps].sort().join() !== OPERATIONS.join()) {
    findings.push({
      what: `${which}: its operations are ${keyOps.join(", ") || "none"}, not wrapKey and unwrapKey; a deployment changes no key that there is`,
      remedy: `${set} --ops wrapKey unwrapKey`,
      who: OFFICER,
    });
  }
  if (attributes.exportable === true) {
    findings.push({ what: `${which}: it can be exported`, remedy: "npm run -s ops -- rotate", who: OFFICER });
  }
  const age = attributes.created === undefined ? 0 : Math.floor((seconds - attributes.created) / 86_400);
  if (age > OLD) {
    findings.push({
      what: `${which}: its newest version is ${age} days old`,
      remedy: "npm run -s ops -- rotate",
      who: OFFICER,
    });
  }
  return findings;
}

/** Of its form; what isn't is told as a wrong setting. */
function serviceKeysOf(value = "[]"): readonly { readonly kek: string }[] {
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list.filter((entry) => typeof entry?.kek === "string") : [];
  } catch {
    return [];
  }
}
