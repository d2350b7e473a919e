import * as z from "zod";
import type { Services } from "../../shared/acts/services.ts";
import { problem, withHeaders } from "../../shared/errors/problem.ts";
import { anonymous } from "../../shared/http/endpoint.ts";
import { requireWritable } from "../../shared/operations/states.ts";
import { isSweepStale } from "../../shared/operations/sweep.ts";
import { within } from "../../shared/within.ts";

/** Milliseconds a part may take to show that it can be used: probes wait no longer. */
export const READY_WITHIN = 3_000;

/** Milliseconds that an answer is good for: a front door asks hundreds of times a minute, from wherever it is. */
const GOOD_FOR = 30_000;

/** Milliseconds that a key which has unwrapped is taken to be usable: each try counts against the vault's limit. */
const KEYS_GOOD_FOR = 5 * 60_000;

/** What a request may need, in the order in which it's told. */
const PARTS = {
  store: async ({ store, activations, system }: Services) => {
    await Promise.all(
      [store, activations].map(async (each) => {
        await each.check();
        await requireWritable(each, system);
      }),
    );
  },
  keys: async (services: Services, now: number) => {
    if (now - (unwrapped.get(services) ?? Number.NEGATIVE_INFINITY) < KEYS_GOOD_FOR) return;
    await services.kek.check();
    unwrapped.set(services, now);
  },
  "service-key": ({ serviceKey }: Services) => serviceKey.check(),
};

/** When the keys were last seen to unwrap, in milliseconds since the epoch. */
const unwrapped = new WeakMap<Services, number>();

/** GET ready: store, keys and service key can be used [I3]. */
export const ready = anonymous(
  {
    name: "service-ready",
    method: "GET",
    route: "ready",
    summary:
      "Tells whether the store, the key encryption key and the service key can be used, and which one can't.",
    answers: {
      200: z.strictObject({
        status: z.literal("ready"),
        /** Set if no sweep has been for ten minutes: requests are answered, and what was put off is not sent. */
        sweep: z.literal("stale").optional(),
      }),
    },
    problems: ["not-ready"],
  },
  async ({ services, now }) => {
    const { failures, isStale } = await lately(services, now);
    const [first] = failures;
    if (!first) return { status: 200, body: { status: "ready", ...(isStale && { sweep: "stale" }) } };
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

interface Found {
  readonly failures: readonly Failure[];
  readonly isStale: boolean;
}

const looked = new WeakMap<Services, { readonly at: number; readonly found: Promise<Found> }>();

/** What is wrong with which part, asked of each at most once in {@link GOOD_FOR}. */
function lately(services: Services, now: number): Promise<Found> {
  const before = looked.get(services);
  if (before && now - before.at < GOOD_FOR) return before.found;
  const found = look(services, now);
  looked.set(services, { at: now, found });
  return found;
}

async function look(services: Services, now: number): Promise<Found> {
  const parts = Object.keys(PARTS) as Part[];
  const [isStale, ...causes] = await Promise.all([
    // A store that can't tell is not ready anyway.
    within(READY_WITHIN, () => isSweepStale(services, now)).catch(() => false),
    ...parts.map((part) => failure(() => PARTS[part](services, now))),
  ]);
  const failures = parts.flatMap((part, at) =>
    causes[at] === undefined ? [] : [{ part, cause: causes[at] }],
  );
  return { failures, isStale };
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
