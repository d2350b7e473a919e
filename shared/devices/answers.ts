import * as z from "zod";
import { platform } from "../backup/appVersion.ts";
import { sha256, timestamp } from "../formats.ts";

/** What a phone is told about a phone. */
export const deviceAnswer = z.strictObject({
  deviceId: sha256,
  name: z.string(),
  platform,
  registeredAt: timestamp,
});

export const deviceParams = z.strictObject({ deviceId: sha256 });
