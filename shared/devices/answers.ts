import * as z from "zod";
import { sha256 } from "../formats.ts";
import { platform, timestamp } from "../words.ts";

/** What a phone is told about a phone. */
export const deviceAnswer = z.strictObject({
  deviceId: sha256,
  name: z.string(),
  platform,
  registeredAt: timestamp,
});

export const deviceParams = z.strictObject({ deviceId: sha256 });
