import { createHmac } from "node:crypto";
import type { PushTarget } from "../model/pushToken.ts";
import { type Client, type Reply, sentOf } from "./client.ts";
import { pushMessage } from "./payload.ts";
import type { Notify } from "./port.ts";

/** Hubs of Azure Notification Hubs. A hub sends to one of APNs' environments: each has its own. */
export interface HubsOptions {
  /** `https://{namespace}.servicebus.windows.net` */
  readonly namespace: string;
  readonly production: string;
  readonly sandbox?: string | undefined;
  /** The namespace's access rule; it needs the right `Send` alone. */
  readonly rule: string;
  /** The rule's keys, primary and secondary. */
  readonly keys: readonly string[];
}

const API_VERSION = "2020-06";

/** Seconds that a signature is good for: more than clocks differ, and little for who reads one. */
const SIGNATURE_LIFE = 15 * 60;

/** What fits into a header; a longer token is of no platform. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

/**
 * Direct send to a token that the service keeps: no registrations that are lost, or tell who has which phone.
 * The hub answers 201 whatever becomes of the message, so no token is ever told to be gone.
 * https://learn.microsoft.com/rest/api/notificationhubs/direct-send
 */
export function openHubs({ namespace, rule, keys, ...hubs }: HubsOptions, client: Client): Notify["push"] {
  const origin = `https://${namespace}.servicebus.windows.net`;
  // The settings may be a day behind a rotation of the keys: what worked last is tried first.
  let working = 0;

  /** The hub of the token's environment; undefined where none is set up: another would not know the token. */
  function hubOf({ platform, environment }: PushTarget): string | undefined {
    return platform === "apns" && environment === "sandbox" ? hubs.sandbox : hubs.production;
  }

  function authorization(key: string): string {
    const audience = encodeURIComponent(origin.toLowerCase());
    const expires = Math.floor(client.now() / 1000) + SIGNATURE_LIFE;
    const signature = createHmac("sha256", key).update(`${audience}\n${expires}`).digest("base64");
    return `SharedAccessSignature sr=${audience}&sig=${encodeURIComponent(signature)}&se=${expires}&skn=${encodeURIComponent(rule)}`;
  }

  return ({ target, content, timeLimit }) =>
    client.send("push", timeLimit, async (signal) => {
      const hub = hubOf(target);
      if (hub === undefined || !TOKEN.test(target.token)) {
        return { outcome: "refused", reason: "target-refused" };
      }
      const { headers, body } = pushMessage(target, content, client.now());
      const url = new URL(`/${hub}/messages/?direct&api-version=${API_VERSION}`, origin);
      const first = working;
      let reply: Reply = "not-reached";
      for (const turn of keys.keys()) {
        const at = (first + turn) % keys.length;
        reply = await client.post({
          url,
          headers: {
            ...headers,
            Authorization: authorization(keys[at] ?? ""),
            "ServiceBusNotification-Format": target.platform === "fcm" ? "fcmv1" : "apple",
            "ServiceBusNotification-DeviceHandle": target.token,
          },
          body,
          signal,
        });
        if (typeof reply === "string" || reply.status !== 401) {
          working = at;
          break;
        }
      }
      return sentOf(reply);
    });
}
