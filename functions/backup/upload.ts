import { hash } from "node:crypto";
import * as z from "zod";
import { missingFrom } from "../../shared/acts/assurance.ts";
import { commit, refuse } from "../../shared/acts/commit.ts";
import { requireOn } from "../../shared/acts/require.ts";
import { refuseStale } from "../../shared/acts/stepUp.ts";
import { readEnvelopeHeader } from "../../shared/backup/envelope.ts";
import { explain } from "../../shared/backup/explain.ts";
import { listOf } from "../../shared/backup/lists.ts";
import {
  isConfirmed,
  isCounted,
  isTold,
  judgeUpload,
  type UploadFacts,
  type UploadRefusal,
} from "../../shared/backup/uploadGuards.ts";
import { isRecorded, untold, uploaded, uploadFailed } from "../../shared/backup/versions.ts";
import { sha256 } from "../../shared/formats.ts";
import { forOwner, type OwnerCall } from "../../shared/http/endpoint.ts";
import { isFolded } from "../../shared/limits/refusals.ts";
import { triesLeft, withTry } from "../../shared/limits/tries.ts";
import { manifest } from "../../shared/model/manifest.ts";
import type { BackupOn, Owner } from "../../shared/model/owner.ts";
import type { Version } from "../../shared/model/version.ts";
import { etagAfter, precondition } from "../../shared/status/etag.ts";
import { ids } from "../../shared/store/items.ts";
import { deleteEnvelope } from "../../shared/store/operations.ts";
import { timestamp } from "../../shared/words.ts";

const declaration = {
  name: "backup-upload",
  method: "PUT",
  route: "backup",
  summary: "Stores an envelope as the next version.",
  headers: z.object({ "If-Match": z.string().optional(), "If-None-Match": z.string().optional() }),
  body: z.strictObject({
    envelope: z.string(),
    manifest,
    storageCheck: sha256.optional(),
    /** The version that the owner agreed to replace, if that would be refused otherwise [D11, H2]. */
    replaces: z.int().positive().optional(),
  }),
  answers: {
    200: z.strictObject({
      version: z.int(),
      uploadedAt: timestamp,
      accounts: z.int(),
      nextVersion: z.int(),
    }),
  },
  problems: [
    "backup-off",
    "platform-changed",
    "storage-account-missing",
    "storage-account-mismatch",
    "storage-account-unexpected",
    "envelope-invalid",
    "precondition-required",
    "overwrite-refused",
    "sharp-drop",
    "trust-required",
    "version-changed",
    "envelope-mismatch",
  ],
} as const;

type UploadCall = OwnerCall<typeof declaration>;

/** PUT backup: an upload becomes the next version; what it replaces stays in the history. */
export const uploadBackup = forOwner(
  { proof: "spent", stepUp: "by-guards", standing: "registered", frozen: "goes-on", oldApps: "refused" },
  declaration,
  async (call) => {
    const { owner, device, identity, body, headers, now } = call;
    const { item } = owner;
    const { envelope, storageCheck, replaces } = body;
    const backup = requireOn(item);
    const header = readEnvelopeHeader(envelope);
    if (!header) throw explain({ reason: "envelope-invalid" });
    const digest = hash("sha256", envelope, "base64url");
    // The answer to the first try was lost, and the phone tries again: it is told what was done then.
    const before = backup.versions.find((version) => version.digest === digest);
    if (before) return answer(call, before, item);

    const missing = missingFrom(call);
    const facts: UploadFacts = {
      now,
      userId: identity.userId,
      owner: item,
      backup,
      device,
      header,
      offered: listOf(body.manifest.accounts.map(({ ref }) => ref)),
      precondition: precondition(item, {
        ifMatch: headers["If-Match"],
        ifNoneMatch: headers["If-None-Match"],
      }),
      storageCheck,
      replaces,
      missing,
      lossesLeft: triesLeft(item.tries, "losses", device, now) > 0,
    };
    const refusal = judgeUpload(facts);
    if (refusal?.reason === "step-up-required") return await refuseStale(call, refusal.missing);
    if (refusal) return await refuseUpload(call, backup, refusal);
    return await store(call, facts, { digest, storageBound: header.ssb });
  },
);

async function refuseUpload(
  call: UploadCall,
  backup: BackupOn,
  refusal: Exclude<UploadRefusal, { readonly reason: "step-up-required" }>,
): Promise<never> {
  const { owner, device, now } = call;
  const problem = explain(refusal);
  if (!isTold(refusal) || isFolded(owner.item.refusals ?? [], device, problem.code, now)) throw problem;
  const next = uploadFailed(owner.item, backup, device, refusal.reason, now);
  return await refuse(call, "backup-refused", problem, next);
}

async function store(
  call: UploadCall,
  facts: UploadFacts,
  { digest, storageBound }: Pick<Version, "digest" | "storageBound">,
) {
  const { owner, device, body, now } = call;
  const { envelope, manifest } = body;
  const counted = isCounted(facts) ? withTry(owner.item.tries, "losses", device, now) : owner.item.tries;
  const { next, version, dropped } = uploaded(
    { ...owner.item, tries: counted },
    facts.backup,
    device,
    { list: facts.offered, leftOut: manifest.leftOut, bytes: envelope.length, digest, storageBound },
    { fresh: facts.missing.length === 0, confirmed: isConfirmed(facts), now },
  );
  const recorded = isRecorded(facts.backup, device, facts.offered, now);
  const details = { version: version.version };
  await commit(call, recorded ? next : untold(next), {
    ...(recorded && { event: { type: "backup-uploaded", device, details } }),
    operations: [
      // First, so that SQLite puts the new envelope where the old one was: fewer pages to make durable.
      ...dropped.map(deleteEnvelope),
      {
        kind: "create",
        id: ids.envelope(version.version),
        body: {
          schema: 1,
          version: version.version,
          envelope,
          manifest,
          digest,
          deviceId: device.deviceId,
          uploadedAt: version.uploadedAt,
        },
      },
    ],
  });
  return answer(call, version, next);
}

function answer({ device, now }: UploadCall, { version, uploadedAt, accounts }: Version, owner: Owner) {
  return {
    status: 200,
    headers: etagAfter(version, owner, device.deviceId, now),
    body: { version, uploadedAt, accounts, nextVersion: owner.nextVersion },
  };
}
