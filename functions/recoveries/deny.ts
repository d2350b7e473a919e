import { missingFrom } from "../../shared/acts/assurance.ts";
import { commit } from "../../shared/acts/commit.ts";
import { settleContacts } from "../../shared/acts/contacts.ts";
import { explained } from "../../shared/acts/judge.ts";
import { loadOthers, replaceRecovery } from "../../shared/acts/recovery.ts";
import { newKey } from "../../shared/acts/revoke.ts";
import { refuseStale } from "../../shared/acts/stepUp.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { othersProblems, recoveryParams } from "../../shared/recovery/answers.ts";
import { denied, inState } from "../../shared/recovery/changes.ts";
import { judgeDenial } from "../../shared/recovery/say.ts";

/**
 * POST recoveries/{recoveryId}/deny: "this wasn't me" [H5]. One answer from a phone that was trusted before ends the
 * recovery, takes its phone's access away and freezes the backup.
 */
export const denyRecovery = forOwner(
  {
    proof: "spent",
    stepUp: "by-guards",
    registered: "or-removed",
    standing: "registered",
    frozen: "goes-on",
    oldApps: "allowed",
  },
  {
    name: "recoveries-deny",
    method: "POST",
    route: "recoveries/{recoveryId}/deny",
    summary:
      "Denies a recovery on another phone: revokes that phone and freezes the backup; a repeat is harmless.",
    params: recoveryParams,
    answers: { 204: null },
    problems: [...othersProblems, "keys-unavailable", "key-unusable"],
  },
  async (call) => {
    const { owner, device, now } = call;
    const { item } = owner;
    const going = await loadOthers(call, "deny");
    const { recoveryId, listing, next: over } = going;
    // Denied before: the answer is the same, and nothing is counted.
    if (!listing) return { status: 204 };
    const missing = missingFrom(call);
    const verdict = judgeDenial(item, device, listing, missing, now);
    if (verdict.refused?.reason === "step-up-required") {
      return await refuseStale(call, verdict.refused.missing);
    }
    if (verdict.refused) throw explained(call, verdict.refused);

    const userKey = item.backup.state === "on" ? await newKey(call, item) : undefined;
    const contacts = await settleContacts(
      call,
      denied(item, listing, verdict, { userKey, fresh: missing.length === 0, now }),
    );
    const { next } = contacts;
    const { deviceId } = listing.device;
    const left = new Set([deviceId, ...next.devices.map((phone) => phone.deviceId)]);
    const displaced = item.devices.filter((phone) => !left.has(phone.deviceId));
    await commit(call, next, {
      event: { type: "recovery-denied", device, details: { recoveryId, deviceId } },
      operations: [
        replaceRecovery(going, inState(going.item, over)),
        ...contacts.operations,
        ...tellOthers(call, next, { type: "recovery-denied", recoveryId }),
        ...displaced.flatMap((phone) =>
          tellOthers(
            call,
            { ...next, devices: [...next.devices, ...displaced] },
            {
              type: "device-displaced",
              deviceId: phone.deviceId,
            },
          ),
        ),
      ],
    });
    return { status: 204 };
  },
);
