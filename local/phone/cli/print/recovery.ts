import { base64url } from "jose";
import type { Preview, Recovery, RecoveryWaiting } from "../../acts/recovery/answers.ts";
import { type Contents, isKnown } from "../../protocol/accounts.ts";
import { accountReferences } from "../../protocol/manifest.ts";
import { formatTable, nameOf } from "./table.ts";
import { spanOf, timeOf } from "./time.ts";

/** Each account that came, in the owner's order, with what is left to do before it works. */
export function formatRecovery(contents: Contents, recovery: Recovery, referenceSalt: string): string {
  const salt = base64url.decode(referenceSalt);
  const states = new Map((recovery.accounts ?? []).map((account) => [account.ref, account]));
  const refs = accountReferences(salt, contents.accounts);
  const rows = contents.accounts.map((account, index) => {
    const found = states.get(refs[index] ?? "");
    const state = found ? [found.state, ...(found.means ?? [])].join(" ") : "unknown";
    if (!isKnown(account)) return [String(index + 1), "?", "?", "?", "of a later app"];
    return [String(index + 1), account.kind, account.issuer, account.userName, state];
  });
  return formatTable([["#", "KIND", "ISSUER", "USER NAME", "STATE"], ...rows]);
}

/** How long it waits, and what shortens that. */
export function formatWaiting({ recoveryId, releaseAt, approvers, triesLeft }: RecoveryWaiting): string {
  return [
    `The recovery ${recoveryId} waits until ${timeOf(releaseAt)}. Then: open.`,
    ...formatApprovers(approvers, recoveryId),
    ...(triesLeft === undefined ? [] : [`Recoveries that this phone may still begin: ${triesLeft}.`]),
  ].join("\n");
}

function formatApprovers(approvers: number, recoveryId: string): string[] {
  if (approvers === 0) return ["None of the owner's other phones can approve it."];
  return [`Phones that can approve it before: ${approvers}. There: approve ${recoveryId}.`];
}

export function formatPreview(preview: Preview): string {
  const { platform, version, kinds, actionRequired, waitingSeconds, approvers, missing } = preview;
  return [
    version
      ? `Version ${version.version} (${platform}): ${version.accounts} accounts, ${timeOf(version.uploadedAt)}, from ${nameOf(version.device)}.`
      : `A key (${platform}), and no version.`,
    ...Object.entries(kinds).map(([kind, count]) => `  ${kind}: ${count}`),
    `To be verified again: ${actionRequired}.`,
    waitingSeconds === 0
      ? "It would not wait."
      : `It would wait ${spanOf(waitingSeconds)}. Phones that can approve it before: ${approvers}.`,
    ...(missing.length === 0 ? [] : [`The sign-in lacks: ${missing.join(", ")}.`]),
  ].join("\n");
}
