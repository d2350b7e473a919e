import * as z from "zod";
import type { Services } from "../../shared/acts/services.ts";
import { problem, withHeaders } from "../../shared/errors/problem.ts";
import { anonymous } from "../../shared/http/endpoint.ts";
import { within } from "../../shared/within.ts";

/** Milliseconds a part may take to show that it can be used: probes ask every few seconds, and wait no longer. */
export const READY_WITHIN = 3_000;

/** Milliseconds that an answer is good for: anyone may ask, and the vault has a limit on what it is asked. */
const GOOD_FOR = 5_000;

/** GET ready: store and keys can be used. */
export const ready = anonymous(
  {
    name: "service-ready",
    method: "GET",
    route: "ready",
    summary: "Tells whether the store and the key encryption key can be used, and which one can't.",
    answers: { 200: z.strictObject({ status: z.literal("ready") }) },
    problems: ["not-ready"],
  },
  async ({ services, now }) => {
    const [storeFailure, keysFailure] = await recentFailures(services, now);
    if (storeFailure === undefined && keysFailure === undefined) {
      return { status: 200, body: { status: "ready" } };
    }
    // Which part it is, and no more, for whoever asks; the log has the rest.
    const parts: ("store" | "keys")[] = [];
    if (storeFailure !== undefined) parts.push("store");
    if (keysFailure !== undefined) parts.push("keys");
    throw withHeaders(
      problem("not-ready", { parts }),
      { "Retry-After": "5" },
      { cause: storeFailure ?? keysFailure },
    );
  },
);

interface Checked {
  readonly at: number;
  readonly failures: Promise<[store: unknown, keys: unknown]>;
}

const checked = new WeakMap<Services, Checked>();

/** What is wrong with the store and with the keys, asked of both at most once in {@link GOOD_FOR}. */
function recentFailures(services: Services, now: number): Checked["failures"] {
  const before = checked.get(services);
  if (before && now - before.at < GOOD_FOR) return before.failures;
  const failures = Promise.all([failure(services.store), failure(services.kek)]);
  checked.set(services, { at: now, failures });
  return failures;
}

/** What went wrong, undefined where the check succeeded in time. */
async function failure(port: { check(): Promise<void> }): Promise<unknown> {
  try {
    await within(READY_WITHIN, () => port.check());
    return undefined;
  } catch (error) {
    return error ?? new Error("failed");
  }
}
