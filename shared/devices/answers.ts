import * as z from "zod";
import { sha256 } from "../formats.ts";
import type { Device } from "../model/device.ts";
import { platform, timestamp } from "../words.ts";

/** What a phone is told about a phone. */
export const deviceAnswer = z.strictObject({
  deviceId: sha256,
  name: z.string(),
  platform,
  registeredAt: timestamp,
  /** Whether it turned backup on, or a recovery on it was released. */
  trusted: z.boolean(),
});

export function answerOf({ deviceId, name, platform, registeredAt, trusted }: Device) {
  return { deviceId, name, platform, registeredAt, trusted: trusted !== undefined };
}

export const deviceParams = z.strictObject({ deviceId: sha256 });
