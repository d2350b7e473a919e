import type { KeyObject } from "node:crypto";
import { within } from "../../within.ts";
import { KeyUnavailable } from "../port.ts";
import { unanswered } from "./refusal.ts";

/** The newest version of a key: the half that wraps, and when it may. */
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

/** How long the known public half is used after a failed refresh, in milliseconds. */
const RETRY_AFTER = 30_000;

/**
 * Remembers a key's public half: reads it when first asked for, and again when it is older than `refreshAfter`, once
 * for all who ask at the time. The vault would wrap under a disabled version (it only refuses to unwrap), and is not
 * asked about what is wrapped here: so each use checks here whether the version may be used.
 * @returns what gives it: asked for a fresh one, it fails where it would otherwise fall back on what it remembers; and what
 *   is known without reading, undefined if that is to be read again
 * @throws {KeyUnavailable} by the functions returned
 */
export function rememberPublicHalf({ read, now, refreshAfter, timeLimit }: PublicHalfOptions) {
  let known: PublicHalf | undefined;
  let due = 0;
  let reading: Promise<unknown> | undefined;

  /** @returns why it could not be read, where it falls back on what it remembers */
  async function refresh(): Promise<unknown> {
    try {
      // Half the time if there is something to fall back on: falling back has to fit the caller's limit.
      known = await within(known ? timeLimit / 2 : timeLimit, read, unanswered);
      due = now() + refreshAfter;
      return undefined;
    } catch (error) {
      if (!isPassing(error)) known = undefined;
      if (!known) throw error;
      due = now() + RETRY_AFTER;
      return error;
    }
  }

  async function publicHalf(asked?: "fresh"): Promise<PublicHalf> {
    if (asked || !known || now() >= due || !isUsable(known, now())) {
      reading ??= refresh().finally(() => {
        reading = undefined;
      });
      const failure = await reading;
      if (asked && failure) throw failure;
    }
    if (!known || !isUsable(known, now())) throw new KeyUnavailable("disabled");
    return known;
  }

  return { publicHalf, known: () => (now() < due ? known : undefined) };
}

/** A deleted key must not wrap any more: once it is purged, nobody could unwrap. Lost rights can be given back. */
function isPassing(error: unknown): boolean {
  return error instanceof KeyUnavailable && (error.fault === "busy" || error.fault === "forbidden");
}

function isUsable({ enabled, notBefore, expiresOn }: PublicHalf, now: number): boolean {
  return (
    enabled && now >= (notBefore?.getTime() ?? 0) && now < (expiresOn?.getTime() ?? Number.POSITIVE_INFINITY)
  );
}
