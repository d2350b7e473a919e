import * as z from "zod";
import { randomId } from "../formats.ts";

/** AES-256-GCM (NIST SP 800-38D): nonce, ciphertext and tag, base64url. */
export const sealed = z.strictObject({
  /** The name of the service key that it is under. */
  serviceKey: randomId,
  value: z.string().regex(/^[A-Za-z0-9_-]{38,}$/),
});

export type Sealed = Readonly<z.infer<typeof sealed>>;
