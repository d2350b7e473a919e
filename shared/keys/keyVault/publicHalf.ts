import type { KeyObject } from "node:crypto";
import { within } from "../../within.ts";
import { KeyUnavailable } from "../port.ts";
import { unanswered } from "./refusal.ts";

/** The newest version of a key: what of it wraps, and when it may. */
export interface PublicHalf {
  /** The full id with its version. */
  readonly kek: string;
  readonly publicKey: KeyObject;
  readonly enabled: boolean;
  readonly notBefore: Date | undefined;
  readonly expiresOn: Date | undefined;
}

interface PublicHalfOptions {
  readonly read: (signal: AbortSignal) => Promise<PublicHalf>;
  readonly now: () => number;
  readonly refreshAfter: number;
  readonly timeLimit: number;
}

/** How long what is known serves after a refresh that failed, in milliseconds. */
const RETRY_AFTER = 30_000;

/**
 * Remembers a key's public half: read when first asked for and again when older than `refreshAfter`, once for
 * all who ask at that time. The vault would wrap under a disabled version (it refuses to unwrap alone), and has no
 * say in what is wrapped here: so whether a version may be used is checked here, at each use.
 * @throws {KeyUnavailable} by the function returned
 */
export function rememberPublicHalf({ read, now, refreshAfter, timeLimit }: PublicHalfOptions) {
  let known: PublicHalf | undefined;
  let due = 0;
  let reading: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    try {
      // Half the time where there is something to fall back on: falling back has to fit the caller's limit.
      known = await within(known ? timeLimit / 2 : timeLimit, read, unanswered);
      due = now() + refreshAfter;
    } catch (error) {
      if (!isPassing(error)) known = undefined;
      if (!known) throw error;
      due = now() + RETRY_AFTER;
    }
  }

  return async (): Promise<PublicHalf> => {
    if (!known || now() >= due || !isUsable(known, now())) {
      reading ??= refresh().finally(() => {
        reading = undefined;
      });
      await reading;
    }
    if (!known || !isUsable(known, now())) throw new KeyUnavailable("disabled");
    return known;
  };
}

/** A key that is gone must wrap no more: nobody could open it once it's purged. Lost rights can be given back. */
function isPassing(error: unknown): boolean {
  return error instanceof KeyUnavailable && (error.fault === "busy" || error.fault === "forbidden");
}

function isUsable({ enabled, notBefore, expiresOn }: PublicHalf, now: number): boolean {
  return (
    enabled && now >= (notBefore?.getTime() ?? 0) && now < (expiresOn?.getTime() ?? Number.POSITIVE_INFINITY)
  );
}
