import { type BackupOn, currentVersion } from "../model/owner.ts";

const DAY = 24 * 60 * 60 * 1000;

/** Milliseconds after which a backup is out of date that nobody has uploaded to, nor signed in for. */
const QUIET_FOR = 30 * DAY;

/** Milliseconds after which a backup is out of date that nobody has signed in for, however often it is uploaded to. */
const SIGN_IN_AGE = 90 * DAY;

interface Freshness {
  /** When it goes, or went, out of date: milliseconds since the epoch. */
  readonly outOfDateAt: number;
  readonly outOfDate: boolean;
}

/** When a backup goes out of date [G7, H3]. A recent sign-in refreshes it. */
export function freshnessOf(
  { versions, current, signedInAt }: Pick<BackupOn, "versions" | "current" | "signedInAt">,
  now: number,
): Freshness {
  const signedIn = Date.parse(signedInAt);
  const present = currentVersion({ versions, current });
  const lastSign = present ? Math.max(signedIn, Date.parse(present.uploadedAt)) : signedIn;
  const outOfDateAt = Math.min(lastSign + QUIET_FOR, signedIn + SIGN_IN_AGE);
  return { outOfDateAt, outOfDate: now >= outOfDateAt };
}
