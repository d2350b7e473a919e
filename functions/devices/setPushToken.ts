import * as z from "zod";
import { commit } from "../../shared/acts/commit.ts";
import { isCurrent, refusePushToken } from "../../shared/devices/pushToken.ts";
import { languages } from "../../shared/errors/language.ts";
import { problem } from "../../shared/errors/problem.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { placeOfToken } from "../../shared/keys/places.ts";
import { type PushToken, pushEnvironment, pushPlatform } from "../../shared/model/pushToken.ts";
import { ids, PUSH_TOKEN_TTL } from "../../shared/store/items.ts";
import { readPushToken } from "../../shared/store/read.ts";
import { timestampOf } from "../../shared/words.ts";

/** PUT devices/me/push: where this phone is reached. The app says it at every start, and mostly nothing has changed. */
export const setPushToken = forOwner(
  {
    proof: "spent",
    unchanged: "repeatable",
    stepUp: "not-needed",
    standing: "registered",
    frozen: "goes-on",
    oldApps: "allowed",
  },
  {
    name: "devices-push",
    method: "PUT",
    route: "devices/me/push",
    summary: "Says by which token this phone gets its push notifications; a repeat changes nothing.",
    body: z.strictObject({
      platform: pushPlatform,
      environment: pushEnvironment,
      /** As FCM or, in hexadecimal, APNs gave it to the app. */
      token: z.string().regex(/^[\x21-\x7e]{32,4096}$/),
      language: z.enum(languages),
    }),
    answers: { 204: null },
    problems: ["push-token-mismatch", "keys-unavailable", "key-unusable"],
  },
  async (call) => {
    const { owner, device, identity, services, body, now } = call;
    const { token, ...said } = body;
    if (refusePushToken(device, body)) throw problem("push-token-mismatch");
    const id = ids.push(device.deviceId);
    const place = placeOfToken(identity.userId, device.deviceId);
    const before = await readPushToken(services.store, identity.userId, device.deviceId);
    if (before && isCurrent(before.item, said, now)) {
      const known = Buffer.from(await services.serviceKey.unseal(place, before.item.token)).toString();
      if (known === token) return { status: 204 };
    }
    const sealed = await services.serviceKey.seal(place, Buffer.from(token));
    const next: PushToken = { schema: 1, ...said, token: sealed, at: timestampOf(now) };
    const item = { id, body: next, ttl: PUSH_TOKEN_TTL };
    await commit(call, owner.item, {
      operations: [before ? { kind: "replace", ...item, etag: before.etag } : { kind: "create", ...item }],
    });
    return { status: 204 };
  },
);
