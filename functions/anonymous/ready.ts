import * as z from "zod";
import type { Services } from "../../shared/acts/services.ts";
import { problem, withHeaders } from "../../shared/errors/problem.ts";
import { anonymous } from "../../shared/http/endpoint.ts";
import { within } from "../../shared/within.ts";

/** Milliseconds a part may take to show that it can be used: probes ask every few seconds, and wait no longer. */
export const READY_WITHIN = 3_000;

/** Milliseconds that an answer is good for: anyone may ask, and the vault has a limit on what it is asked. */
const GOOD_FOR = 5_000;

/** What a request may need, in the order in which it's told. */
const PARTS = {
  store: async ({ store, activations }: Services) => {
    await Promise.all([store.check(), activations.check()]);
  },
  keys: ({ kek }: Services) => kek.check(),
  "service-key": ({ serviceKey }: Services) => serviceKey.check(),
};

/** GET ready: store, keys and service key can be used. */
export const ready = anonymous(
  {
    name: "service-ready",
    method: "GET",
    route: "ready",
    summary:
      "Tells whether the store, the key encryption key and the service key can be used, and which one can't.",
    answers: { 200: z.strictObject({ status: z.literal("ready") }) },
    problems: ["not-ready"],
  },
  async ({ services, now }) => {
    const failures = await recentFailures(services, now);
    const [first] = failures;
    if (!first) return { status: 200, body: { status: "ready" } };
    // Which part it is, and no more, for whoever asks; the log has the rest.
    throw withHeaders(
      problem("not-ready", { parts: failures.map(({ part }) => part) }),
      { "Retry-After": "5" },
      { cause: first.cause },
    );
  },
);

type Part = keyof typeof PARTS;

interface Failure {
  readonly part: Part;
  readonly cause: unknown;
}

interface Checked {
  readonly at: number;
  readonly failures: Promise<readonly Failure[]>;
}

const checked = new WeakMap<Services, Checked>();

/** What is wrong with which part, asked of each at most once in {@link GOOD_FOR}. */
function recentFailures(services: Services, now: number): Checked["failures"] {
  const before = checked.get(services);
  if (before && now - before.at < GOOD_FOR) return before.failures;
  const failures = failuresOf(services);
  checked.set(services, { at: now, failures });
  return failures;
}

async function failuresOf(services: Services): Promise<readonly Failure[]> {
  const parts = Object.keys(PARTS) as Part[];
  const causes = await Promise.all(parts.map((part) => failure(() => PARTS[part](services))));
  return parts.flatMap((part, at) => (causes[at] === undefined ? [] : [{ part, cause: causes[at] }]));
}

/** What went wrong, undefined where the check succeeded in time. */
async function failure(check: () => Promise<void>): Promise<unknown> {
  try {
    await within(READY_WITHIN, check);
    return undefined;
  } catch (error) {
    return error ?? new Error("failed");
  }
}
