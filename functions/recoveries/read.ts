import * as z from "zod";
import { problem } from "../../shared/errors/problem.ts";
import { randomId } from "../../shared/formats.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { readRecovery } from "../../shared/store/read.ts";
import { describe, recoveryAnswer } from "./answers.ts";

/** GET recoveries/{recoveryId}: how far it is; without key and envelope. */
export const readRecoveryState = forOwner(
  { stepUp: "not-needed", oldApps: "allowed" },
  {
    name: "recoveries-read",
    method: "GET",
    route: "recoveries/{recoveryId}",
    summary: "Tells the state of each account in a recovery that this phone began.",
    params: z.strictObject({ recoveryId: randomId }),
    answers: { 200: recoveryAnswer },
    problems: ["recovery-not-found"],
  },
  async ({ services, identity, device, params: { recoveryId } }) => {
    const recovery = await readRecovery(services.store, identity.userId, recoveryId);
    if (recovery?.deviceId !== device.deviceId) throw problem("recovery-not-found");
    return { status: 200, body: describe(recoveryId, recovery) };
  },
);
