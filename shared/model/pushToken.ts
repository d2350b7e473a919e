import * as z from "zod";
import { languages } from "../errors/language.ts";
import { timestamp } from "../words.ts";
import { sealed } from "./sealed.ts";

/** `fcm`: Firebase Cloud Messaging, Android. `apns`: Apple Push Notification service, iOS. */
export const pushPlatform = z.enum(["fcm", "apns"]);

/** A token of one of APNs' environments is unknown in the other; FCM has `production` alone. */
export const pushEnvironment = z.enum(["production", "sandbox"]);

/** How a phone is reached by push. */
export interface PushTarget {
  readonly platform: z.infer<typeof pushPlatform>;
  readonly environment: z.infer<typeof pushEnvironment>;
  readonly token: string;
}

/** `push:{deviceId}`: it counts only while the owner's item lists the phone. */
export const pushTokenShape = z.strictObject({
  schema: z.literal(1),
  /** The name of the service key that the token is under, as the commit writes it (acts/under.ts). */
  kek: z.string().optional(),
  platform: pushPlatform,
  environment: pushEnvironment,
  token: sealed,
  /** What the app's owner reads. */
  language: z.enum(languages),
  at: timestamp,
});

export type PushToken = z.infer<typeof pushTokenShape>;
