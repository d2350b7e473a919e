import * as z from "zod";
import { releaseUserKey } from "../../shared/acts/userKey.ts";
import { sha256 } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { sealedKey } from "../../shared/keys/seal.ts";
import { timestamp, timestampOf } from "../../shared/words.ts";

/**
 * GET me/export: everything that is held about the owner, as it is stored [H7]. Not for a phone that has yet to recover:
 * a thief would have the backup without its guards, and without anybody being told.
 */
export const exportOwner = forOwner(
  { stepUp: "needed", standing: "holder", oldApps: "allowed" },
  {
    name: "me-export",
    method: "GET",
    route: "me/export",
    summary: "Answers every stored item of the owner, ciphertexts included, and the key that opens them.",
    answers: {
      200: z.strictObject({
        /** Of this document; the items are those of docs/storage-schema.md. */
        schema: z.literal(1),
        exportedAt: timestamp,
        userId: sha256,
        /** Left out if there is no backup. */
        key: sealedKey.optional(),
        items: z.array(z.strictObject({ id: z.string(), body: z.looseObject({}) })),
      }),
    },
    problems: ["keys-unavailable", "key-unusable"],
  },
  async (call) => {
    const { owner, identity, services, now } = call;
    const { backup } = owner.item;
    const items = await services.store.list(identity.userId, "");
    return {
      status: 200,
      body: {
        schema: 1,
        exportedAt: timestampOf(now),
        userId: identity.userId,
        ...(backup.state === "on" && { key: await releaseUserKey(call, backup.userKey) }),
        items: items.map(({ id, body }) => ({ id, body })),
      },
    };
  },
);
