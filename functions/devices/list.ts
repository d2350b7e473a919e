import * as z from "zod";
import { answerOf, deviceAnswer } from "../../shared/devices/answers.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { timestamp } from "../../shared/words.ts";

/** GET devices: the owner's phones. */
export const listDevices = forOwner(
  { proof: "read", stepUp: "not-needed", standing: "registered", frozen: "goes-on", oldApps: "allowed" },
  {
    name: "devices-list",
    method: "GET",
    route: "devices",
    summary: "Lists the owner's phones.",
    answers: {
      200: z.strictObject({
        devices: z.array(deviceAnswer.extend({ lastUploadAt: timestamp.optional(), thisPhone: z.boolean() })),
      }),
    },
    problems: [],
  },
  async ({ owner, device: { deviceId: thisPhone } }) => ({
    status: 200,
    body: {
      devices: owner.item.devices.map((device) => ({
        ...answerOf(device),
        lastUploadAt: device.lastUploadAt,
        thisPhone: device.deviceId === thisPhone,
      })),
    },
  }),
);
