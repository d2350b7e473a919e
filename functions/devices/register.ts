import * as z from "zod";
import { commit } from "../../shared/acts/commit.ts";
import { remove } from "../../shared/acts/revoke.ts";
import { tellOthers } from "../../shared/acts/tell.ts";
import { answerOf, deviceAnswer, deviceParams } from "../../shared/devices/answers.ts";
import { explain } from "../../shared/devices/explain.ts";
import { deviceName } from "../../shared/devices/name.ts";
import { newOwner, registered } from "../../shared/devices/registration.ts";
import { base64url, sha256 } from "../../shared/formats.ts";
import { forNewPhone, type PhoneCall } from "../../shared/http/endpoint.ts";
import type { Device } from "../../shared/model/device.ts";
import type { Owner } from "../../shared/model/owner.ts";
import { isOnCurve, publicKey } from "../../shared/model/publicKey.ts";

const body = z.strictObject({
  /** What the owner calls the phone. */
  name: deviceName,
  sealingKey: publicKey.refine(isOnCurve, "must be a point on P-256"),
});

/** PUT devices/{deviceId}: a phone registers itself with the owner who is signed in on it. */
export const registerDevice = forNewPhone(
  { proof: "spent", stepUp: "needed", oldApps: "refused" },
  {
    name: "devices-register",
    method: "PUT",
    route: "devices/{deviceId}",
    summary: "Registers this phone with the owner; a repeat changes nothing but the name.",
    params: deviceParams,
    body,
    answers: {
      200: deviceAnswer.extend({
        userId: sha256,
        /** The key of account references (HMAC-SHA-256): the same for all of the owner's phones, and stored nowhere. */
        referenceSalt: base64url(32),
      }),
    },
    problems: [
      "device-id-mismatch",
      "device-conflict",
      "token-used-elsewhere",
      "too-many-devices",
      "keys-unavailable",
      "key-unusable",
    ],
  },
  async (call) => {
    const { owner, proof, params, body, client, services, now } = call;
    const { deviceId } = proof;
    if (params.deviceId !== deviceId) throw explain({ reason: "device-id-mismatch" });

    // First: without it the phone could do nothing, and would be registered all the same.
    const referenceSalt = await services.serviceKey.referenceSalt(call.identity.userId);
    const item = owner?.item ?? newOwner(now);
    const registration = {
      deviceId,
      name: body.name,
      platform: client.platform,
      sealingKey: body.sealingKey,
      tokenHash: call.identity.tokenHash,
    };
    const verdict = registered(item, call.device, registration, now);
    if (verdict.refused) throw explain(verdict.refused);
    const { device, next } = verdict;
    if (next && call.device) await commit(call, next, { event: { type: "device-renamed", device } });
    else if (next) await add(call, next, device, verdict.displaced);

    return {
      status: 200,
      body: {
        ...answerOf(device),
        userId: call.identity.userId,
        referenceSalt,
      },
    };
  },
);

/** Adds a phone in its place; like every registration, it is told to all others, the one that gave it up included. */
async function add(
  call: PhoneCall,
  item: Owner,
  device: Device,
  displaced: Device | undefined,
): Promise<void> {
  const next = displaced ? await remove(call, item, displaced, undefined) : item;
  const details = displaced && { deviceId: displaced.deviceId };
  const teller = { ...call, device };
  await commit(call, next, {
    event: { type: "device-registered", device, ...(details && { details }) },
    operations: [
      ...tellOthers(teller, item, { type: "device-registered" }),
      ...(details ? tellOthers(teller, item, { type: "device-displaced", ...details }) : []),
    ],
  });
}
