import * as z from "zod";
import { requireOn, requireReadable } from "../../shared/acts/require.ts";
import { releaseUserKey, sealedKey } from "../../shared/acts/userKey.ts";
import { platform } from "../../shared/backup/appVersion.ts";
import { problem } from "../../shared/errors/problem.ts";
import { sha256 } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

/** GET backup/key: the user key, sealed to this phone. */
export const readKey = forOwner(
  { stepUp: "needed", standing: "guarded", oldApps: "refused" },
  {
    name: "backup-key",
    method: "GET",
    route: "backup/key",
    summary: "Answers the user key, sealed to this phone.",
    answers: { 200: z.strictObject({ platform, key: sealedKey }) },
    problems: [
      "backup-off",
      "platform-changed",
      "header-invalid",
      "storage-account-missing",
      "storage-account-mismatch",
      "storage-account-unexpected",
    ],
  },
  async (call) => {
    const backup = requireOn(call.owner.item);
    const { platform } = call.device;
    // In a header, since an address ends up in logs.
    const shown = sha256.optional().safeParse(call.request.header("x-storage-check"));
    if (!shown.success) {
      throw problem("header-invalid", {
        errors: [{ pointer: "X-Storage-Check", rule: "has the wrong form" }],
      });
    }
    requireReadable(backup, platform, shown.data);
    return { status: 200, body: { platform, key: await releaseUserKey(call, backup.userKey) } };
  },
);
