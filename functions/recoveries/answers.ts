import * as z from "zod";
import { platform } from "../../shared/backup/appVersion.ts";
import { randomId, timestamp } from "../../shared/formats.ts";
import { recoveredAccount } from "../../shared/recovery/accounts.ts";
import type { Recovery } from "../../shared/store/items.ts";

/** A recovery as its phone sees it. */
export const recoveryAnswer = z.strictObject({
  recoveryId: randomId,
  version: z.int(),
  platform,
  /** In the owner's order. */
  accounts: z.array(recoveredAccount),
  startedAt: timestamp,
  expiresAt: timestamp,
});

export function describe(recoveryId: string, recovery: Recovery): z.infer<typeof recoveryAnswer> {
  const { version, platform, accounts, startedAt, expiresAt } = recovery;
  return { recoveryId, version, platform, accounts, startedAt, expiresAt };
}
