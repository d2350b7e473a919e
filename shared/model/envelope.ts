import * as z from "zod";
import { sha256 } from "../formats.ts";
import { timestamp } from "../words.ts";
import { manifest } from "./manifest.ts";

/** An envelope as it is stored, with what the service may know of it. */
export const envelopeShape = z.strictObject({
  schema: z.literal(1),
  version: z.int().positive(),
  /** Compact JWE. */
  envelope: z.string(),
  manifest,
  digest: sha256,
  deviceId: sha256,
  uploadedAt: timestamp,
});

export type Envelope = z.infer<typeof envelopeShape>;
