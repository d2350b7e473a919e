import * as z from "zod";
import { commit } from "../../shared/acts/commit.ts";
import { exportPage, firstPage } from "../../shared/acts/export.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { releaseUserKey } from "../../shared/acts/userKey.ts";
import { keysFor } from "../../shared/backup/keys.ts";
import { sha256 } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { sealedKey } from "../../shared/keys/seal.ts";
import { timestamp, timestampOf } from "../../shared/words.ts";

/**
 * POST me/export: everything that is held about the owner, as it is stored [H7], and the keys, as far as this phone may
 * have them. In pages, each of some 1 MB: a hundred exports at once must not take the memory from all others [I6].
 * The other phones are told: whoever holds one of the owner's phones takes everything along by it.
 */
export const exportOwner = forOwner(
  { proof: "spent", stepUp: "needed", standing: "trusted-if-on", frozen: "stops", oldApps: "allowed" },
  {
    name: "me-export",
    method: "POST",
    route: "me/export",
    summary:
      "Begins an export: every stored item of the owner, ciphertexts included, in pages, and the keys that this phone may have.",
    work: 100,
    answers: {
      200: z.strictObject({
        /** Of this document; the items are those of docs/storage-schema.md. */
        schema: z.literal(1),
        exportedAt: timestamp,
        userId: sha256,
        /** Empty if backup is off. */
        keys: z.array(sealedKey),
        ...exportPage,
      }),
    },
    problems: ["keys-unavailable", "key-unusable"],
  },
  async (call) => {
    const { owner, device, identity, now } = call;
    const { backup } = owner.item;
    const page = await firstPage(call);
    const keys = [];
    for (const key of backup.state === "on" ? keysFor(backup, device) : []) {
      keys.push(await releaseUserKey(call, key));
    }
    await commit(call, owner.item, {
      event: { type: "exported", device },
      operations: tellOthers(call, owner.item, { type: "exported" }),
    });
    return {
      status: 200,
      body: {
        schema: 1,
        exportedAt: timestampOf(now),
        userId: identity.userId,
        keys,
        ...page,
      },
    };
  },
);
