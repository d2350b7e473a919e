import * as z from "zod";
import { NOTHING } from "../../shared/activity/events.ts";
import { commitOwner } from "../../shared/acts/commit.ts";
import { DEFAULT_POLICY } from "../../shared/backup/policy.ts";
import { deviceAnswer, deviceParams } from "../../shared/devices/answers.ts";
import { problem } from "../../shared/errors/problem.ts";
import { base64url, sha256, timestampOf } from "../../shared/formats.ts";
import { forNewPhone, type PhoneCall } from "../../shared/http/endpoint.ts";
import { isOnCurve, publicKey } from "../../shared/model/publicKey.ts";
import { type Device, MOST_DEVICES, type Owner } from "../../shared/store/items.ts";
import { randomId } from "../../shared/system.ts";

const body = z.strictObject({
  /** What the owner calls the phone. */
  name: z
    .string()
    .min(1)
    .max(64)
    .regex(/^\P{Cc}+$/u),
  sealingKey: publicKey.refine(isOnCurve, "must be a point on P-256"),
});

/** PUT devices/{deviceId}: a phone registers itself with the owner who is signed in on it. */
export const registerDevice = forNewPhone(
  { stepUp: "needed", oldApps: "refused" },
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
        /** The key of account references (HMAC-SHA-256). */
        referenceSalt: base64url(32),
      }),
    },
    problems: [
      "device-id-mismatch",
      "device-conflict",
      "client-platform-changed",
      "too-many-devices",
      "proof-replayed",
      "busy",
    ],
  },
  async (call) => {
    const { owner, proof, params } = call;
    if (params.deviceId !== proof.deviceId) throw problem("device-id-mismatch");

    const present = owner?.item ?? newOwner(call);
    const device = registered(call);
    const unchanged = call.device !== undefined && call.device.name === device.name;
    if (!unchanged) {
      const others = present.devices.filter(({ deviceId }) => deviceId !== device.deviceId);
      if (others.length >= MOST_DEVICES) throw problem("too-many-devices", { limit: MOST_DEVICES });
      const type = call.device ? "device-renamed" : "device-registered";
      await commitOwner(call, { ...present, devices: [...others, device] }, { event: { type, device } });
    }

    const { deviceId, name, platform, registeredAt } = device;
    return {
      status: 200,
      body: {
        deviceId,
        name,
        platform,
        registeredAt,
        userId: call.identity.userId,
        referenceSalt: present.referenceSalt,
      },
    };
  },
);

/** An owner whose first phone is being registered. */
function newOwner({ services: { system }, now }: PhoneCall): Owner {
  return {
    schema: 3,
    createdAt: timestampOf(now),
    referenceSalt: randomId(system, 32),
    secondFactorSeen: false,
    devices: [],
    nextVersion: 1,
    backup: { state: "off" },
    policy: DEFAULT_POLICY,
    recoveries: [],
    tries: [],
    activity: NOTHING,
  };
}

/** This phone as it will be registered: as it was, where it was, but for its name. */
function registered({
  device,
  body,
  client,
  proof,
  now,
}: Parameters<typeof registerDevice.handle>[0]): Device {
  const { name, sealingKey } = body;
  if (!device) {
    return {
      deviceId: proof.deviceId,
      name,
      platform: client.platform,
      sealingKey,
      registeredAt: timestampOf(now),
      holdsBackup: false,
      awaitsSignIn: false,
    };
  }
  if (device.platform !== client.platform) throw problem("client-platform-changed");
  // Both key pairs are made together: another sealing key under the same signing key is no reinstalled app.
  if (device.sealingKey.x !== sealingKey.x || device.sealingKey.y !== sealingKey.y)
    throw problem("device-conflict");
  return { ...device, name };
}
