import { backupActs } from "./backup.ts";
import { deviceActs } from "./devices.ts";
import { historyActs } from "./history.ts";
import { ownerActs } from "./owner.ts";
import { policyActs } from "./policy.ts";
import { recoveryActs } from "./recovery.ts";
import { createSession, type PhoneOptions } from "./session.ts";

export type Phone = Awaited<ReturnType<typeof createPhone>>;

/**
 * A phone that does what the app does, written from docs/protocol.md alone. Each act resolves to the answer,
 * checked, or to the problem; it rejects where no answer came.
 */
export async function createPhone(options: PhoneOptions) {
  const session = await createSession(options);
  return {
    deviceId: session.deviceId,
    /** Any request, tampered with or not. */
    send: session.send,
    headersOf: session.headersOf,
    /** A copy of what the phone keeps, serialisable. */
    state: () => structuredClone(session.state),
    ...deviceActs(session),
    ...backupActs(session),
    ...historyActs(session),
    ...recoveryActs(session),
    ...policyActs(session),
    ...ownerActs(session),
  };
}
