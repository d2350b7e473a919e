import * as z from "zod";
import { actorOf } from "../../shared/activity/events.ts";
import { Contention, commitOwner, deleteEnvelope } from "../../shared/acts/commit.ts";
import { requireOn } from "../../shared/acts/require.ts";
import { thin } from "../../shared/backup/history.ts";
import { problem } from "../../shared/errors/problem.ts";
import { timestampOf } from "../../shared/formats.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { etagAfter, versionAnswer, withoutDigest } from "../../shared/status/status.ts";
import { ids, type Owner, type Version } from "../../shared/store/items.ts";
import { readEnvelope } from "../../shared/store/read.ts";

const declaration = {
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
    "idempotency-key-invalid",
    "idempotency-key-reused",
    "proof-replayed",
    "busy",
  ],
} as const;

/** POST backup/versions/{version}/restore [H1] */
export const restoreVersion = forOwner(
  { stepUp: "needed", standing: "guarded", oldApps: "refused", idempotencyKey: "needed" },
  declaration,
  async (call) => {
    const { owner, device, identity, services, now } = call;
    const { item } = owner;
    const backup = requireOn(item);
    const [present] = backup.versions;
    if (present?.version === call.params.version) throw problem("version-current");
    const older = find(call, call.params.version);
    const envelope = await readEnvelope(services.store, identity.userId, older.version);
    // Thinned out or turned off between the two reads: look again.
    if (!envelope) throw new Contention();

    const restored: Version = {
      ...older,
      version: item.nextVersion,
      uploadedAt: timestampOf(now),
      device: actorOf(device),
    };
    const { kept, dropped } = thin([restored, ...backup.versions], now);
    const next: Owner = {
      ...item,
      nextVersion: item.nextVersion + 1,
      backup: { ...backup, versions: kept },
    };
    await commitOwner(call, next, {
      event: { type: "version-restored", device, details: { version: restored.version } },
      operations: [
        ...dropped.map(deleteEnvelope),
        {
          kind: "create",
          id: ids.envelope(restored.version),
          body: { ...envelope, version: restored.version, uploadedAt: restored.uploadedAt },
        },
      ],
      outcome: { version: restored.version },
    });
    return answer(call, restored, next);
  },
  async (call, { version }) => answer(call, find(call, Number(version)), call.owner.item),
);

function find({ owner }: OwnerCall, wanted: number): Version {
  const found = requireOn(owner.item).versions.find(({ version }) => version === wanted);
  if (!found) throw problem("version-not-found");
  return found;
}

function answer({ device: { deviceId }, now }: OwnerCall, version: Version, owner: Owner) {
  return {
    status: 201,
    headers: etagAfter(version.version, owner, deviceId, now),
    body: withoutDigest(version),
  };
}
