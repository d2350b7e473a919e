import { backupActs } from "./backup.ts";
import { challengeActs } from "./challenges.ts";
import { contactActs } from "./contacts.ts";
import { deviceActs } from "./devices.ts";
import { historyActs } from "./history.ts";
import { otherPhonesActs } from "./otherPhones.ts";
import { ownerActs } from "./owner.ts";
import { policyActs } from "./policy.ts";
import { recoveryActs } from "./recovery/recovery.ts";
import { recoveryKeyActs } from "./recovery/recoveryKey.ts";
import { createSession, type PhoneOptions } from "./session.ts";

export type Phone = Awaited<ReturnType<typeof createPhone>>;

/**
 * A phone that does what the app does, written from docs/protocol.md alone. Each act resolves to the checked
 * answer or to the problem; it rejects if no answer came.
 */
export async function createPhone(options: PhoneOptions) {
  const session = await createSession(options);
  const backup = backupActs(session);
  return {
    deviceId: session.deviceId,
    /** Any request, tampered with or not. */
    send: session.send,
    headersOf: session.headersOf,
    /** A copy of what the phone keeps, serialisable. */
    state: () => structuredClone(session.state),
    /** The 32 bytes that belong in iCloud: given to this phone, or opened with a recovery key. */
    storageSecret: session.storageSecret,
    ...deviceActs(session),
    ...backup,
    ...historyActs(session),
    ...recoveryActs(session, backup.key),
    ...recoveryKeyActs(session, backup.key),
    ...otherPhonesActs(session),
    ...policyActs(session),
    ...contactActs(session),
    ...challengeActs(session),
    ...ownerActs(session),
  };
}
