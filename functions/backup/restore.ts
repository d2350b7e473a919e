import * as z from "zod";
import { commit } from "../../shared/acts/commit.ts";
import { requireOn } from "../../shared/acts/require.ts";
import { lookAgain } from "../../shared/acts/retry.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { explain } from "../../shared/backup/explain.ts";
import { findOlder, restored } from "../../shared/backup/versions.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import type { Owner } from "../../shared/model/owner.ts";
import type { Version } from "../../shared/model/version.ts";
import { etagAfter } from "../../shared/status/etag.ts";
import { answerOf, versionAnswer } from "../../shared/status/status.ts";
import { ids } from "../../shared/store/items.ts";
import { deleteEnvelope } from "../../shared/store/operations.ts";
import { readEnvelope } from "../../shared/store/read.ts";

/** POST backup/versions/{version}/restore: an older version is current again [H1]. */
export const restoreVersion = forOwner(
  {
    proof: "spent",
    stepUp: "needed",
    standing: "trusted",
    frozen: "stops",
    oldApps: "refused",
    idempotencyKey: "needed",
  },
  {
    name: "backup-versions-restore",
    method: "POST",
    route: "backup/versions/{version}/restore",
    summary: "Makes an older version current again, as a new version; nothing is rewritten.",
    params: z.strictObject({
      version: z
        .string()
        .regex(/^[1-9]\d{0,8}$/)
        .transform(Number),
    }),
    answers: { 201: versionAnswer },
    problems: [
      "backup-off",
      "version-not-found",
      "version-current",
      "version-out-of-reach",
      "version-elsewhere",
    ],
  },
  async (call) => {
    const { owner, device, identity, services, now, params } = call;
    const backup = requireOn(owner.item);
    const found = findOlder(backup, device, params.version);
    if (found.refused) throw explain(found.refused);
    const envelope = await readEnvelope(services.store, identity.userId, found.version.version);
    // Thinned out or turned off between the two reads.
    if (!envelope) lookAgain();

    const { next, version, dropped } = restored(owner.item, backup, found.version, device, now);
    await commit(call, next, {
      event: { type: "version-restored", device, details: { version: version.version } },
      operations: [
        ...dropped.map(deleteEnvelope),
        {
          kind: "create",
          id: ids.envelope(version.version),
          body: { ...envelope, version: version.version, uploadedAt: version.uploadedAt },
        },
        ...tellOthers(call, next, { type: "version-restored" }),
      ],
      outcome: { version: version.version },
    });
    return answer(call, version, next);
  },
  async (call, outcome) => {
    const { versions } = requireOn(call.owner.item);
    const version = versions.find((other) => other.version === outcome.version);
    if (!version) throw explain({ reason: "version-not-found" });
    return answer(call, version, call.owner.item);
  },
);

function answer({ device: { deviceId }, now }: OwnerCall, version: Version, owner: Owner) {
  return {
    status: 201,
    headers: etagAfter(version.version, owner, deviceId, now),
    body: answerOf(version),
  };
}
