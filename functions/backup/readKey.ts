import * as z from "zod";
import { requireOn, requireReadable } from "../../shared/acts/require.ts";
import { releaseUserKey } from "../../shared/acts/userKey.ts";
import { sha256 } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { sealedKey } from "../../shared/keys/seal.ts";
import { platform } from "../../shared/words.ts";

/**
 * GET backup/key: the current user key, sealed to this phone. A trusted phone already holds what it asks for, so it needs
 * no fresh sign-in.
 */
export const readKey = forOwner(
  { proof: "read", stepUp: "not-needed", standing: "trusted", frozen: "goes-on", oldApps: "refused" },
  {
    name: "backup-key",
    method: "GET",
    route: "backup/key",
    summary: "Answers the current user key, sealed to this phone.",
    // In a header, since an address ends up in logs.
    headers: z.object({ "X-Storage-Check": sha256.optional() }),
    work: 50,
    answers: { 200: z.strictObject({ platform, key: sealedKey }) },
    problems: [
      "backup-off",
      "platform-changed",
      "storage-account-missing",
      "storage-account-mismatch",
      "storage-account-unexpected",
      "keys-unavailable",
      "key-unusable",
    ],
  },
  async (call) => {
    const backup = requireOn(call.owner.item);
    const { platform } = call.device;
    const key = requireReadable(backup, platform, call.headers["X-Storage-Check"]);
    return { status: 200, body: { platform, key: await releaseUserKey(call, key) } };
  },
);
