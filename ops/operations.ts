import * as z from "zod";
import {
  type Command,
  type Options,
  type Outcome,
  operandsOf,
  type Surroundings,
  UsageError,
} from "./command.ts";
import { startProgress, timeLeft } from "./progress.ts";
import { type OperatorClient, openService } from "./service.ts";

// What the service does by itself, told and begun by hand.

const sweptSchema = z.object({ taken: z.int(), more: z.boolean() });
const rewrappedSchema = z.object({
  moved: z.int(),
  /** Items that are still under another key. */
  left: z.int(),
  /** Items that could not be moved: the log says why. */
  failed: z.int(),
  /** Whether vault or store asked to be left alone. */
  stopped: z.boolean(),
});
const requeuedSchema = z.object({ requeued: z.int(), more: z.boolean() });

/** Everything that the service tells of its state, a line each. */
export const status: Command = async (surroundings, operands, options) => {
  operandsOf(operands, []);
  const service = await openService(options, surroundings);
  return { printed: linesOf(await service.status()).join("\n"), said: "" };
};

function linesOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return [`${path}: ${value.length === 0 ? "none" : value.join(", ")}`];
  if (typeof value !== "object" || value === null) return [`${path}: ${value}`];
  const members = Object.entries(value);
  if (members.length === 0) return [`${path}: none`];
  return members.flatMap(([name, member]) => linesOf(member, path === "" ? name : `${path}.${name}`));
}

export const sweep: Command = (surroundings, operands, options) =>
  inBatches(
    surroundings,
    operands,
    options,
    async (service) => {
      const { taken, more } = await service.post("operations/sweep", sweptSchema);
      return { done: taken, more };
    },
    "notices taken up",
  );

export const requeue: Command = (surroundings, operands, options) =>
  inBatches(
    surroundings,
    operands,
    options,
    async (service) => {
      const { requeued, more } = await service.post("operations/notices/requeue", requeuedSchema);
      return { done: requeued, more };
    },
    "dead notices to be tried again",
  );

export const rewrap: Command = async (surroundings, operands, options) => {
  operandsOf(operands, []);
  return await followRewrap(await openService(options, surroundings), surroundings);
};

/**
 * Milliseconds between two batches of re-wrapping: each asks the vault for a tenth of what it serves in that time
 * (shared/operations/rewrap.ts), and the service's timer may be at it as well.
 */
const APART = 10_000;

/** Has the service re-wrap, batch by batch, until nothing is left under an older version. */
export async function followRewrap(service: OperatorClient, surroundings: Surroundings): Promise<Outcome> {
  return await follow(surroundings, "keys moved", async (batches) => {
    if (batches > 0) await surroundings.pause(APART);
    const { moved, left, failed, stopped } = await service.post("operations/rewrap", rewrappedSchema);
    const said = [
      failed > 0 && `${failed} could not be moved`,
      stopped && "the vault or the database asked to be left alone",
    ].filter((each) => each !== false);
    return { done: moved, more: left > 0, left, isHeld: stopped, said };
  });
}

async function inBatches(
  surroundings: Surroundings,
  operands: readonly string[],
  options: Options,
  batch: (service: OperatorClient) => Promise<Batch>,
  what: string,
): Promise<Outcome> {
  operandsOf(operands, []);
  const service = await openService(options, surroundings);
  return await follow(surroundings, what, () => batch(service));
}

interface Batch {
  readonly done: number;
  readonly more: boolean;
  /** How much is left to do, where that is known. */
  readonly left?: number;
  /** Whether it brought less than it could for a reason that passes. */
  readonly isHeld?: boolean;
  /** What else is to be told of it. */
  readonly said?: readonly string[];
}

/** Batches that bring nothing, one after the other, after which somebody has to look. */
const STUCK = 3;

/** The same, where something else asks for patience. */
const PATIENCE = 30;

/** @param batch gets how many there were before it */
async function follow(
  surroundings: Surroundings,
  what: string,
  batch: (batches: number) => Promise<Batch>,
): Promise<Outcome> {
  const { system, signal } = surroundings;
  const progress = startProgress(surroundings);
  const start = system.now();
  let done = 0;
  let idle = 0;
  try {
    for (let batches = 0; ; batches++) {
      if (signal.aborted) return ended(done, what);
      const { done: some, more, left, isHeld = false, said = [] } = await batch(batches);
      done += some;
      if (!more) break;
      idle = some === 0 ? idle + 1 : 0;
      if (idle === (isHeld ? PATIENCE : STUCK)) {
        return {
          printed: `${done} ${what}`,
          said: ["No more can be done now: see status, and the log", ...said].join("; "),
          status: 1,
        };
      }
      const time = left === undefined ? [] : [timeLeft(system.now() - start, done, left)];
      progress.say([`${done} ${what}`, ...time, ...said].join(", "));
    }
    return { printed: `${done} ${what}`, said: "Nothing is left." };
  } catch (error) {
    if (signal.aborted) return ended(done, what);
    throw error;
  } finally {
    progress.end();
  }
}

/** Each batch is whole: the next one begins where it ended, whoever asks for it. */
function ended(done: number, what: string): Outcome {
  return {
    printed: `${done} ${what}`,
    said: "Ended. The same command goes on where this one stopped.",
    status: 1,
  };
}

export const dead: Command = async (surroundings, operands, options) => {
  operandsOf(operands, []);
  const service = await openService(options, surroundings);
  const { sweep: state } = z
    .looseObject({ sweep: z.looseObject({ dead: z.int() }) })
    .parse(await service.status());
  return {
    printed: `${state.dead} dead notices`,
    said: state.dead > 0 ? "See docs/runbook.md, dead-notice; then notices requeue." : "",
  };
};

/** E.164 prefixes, as TEXT_PREFIXES has them. */
const PREFIX = /^\+[1-9]\d{0,6}$/;

const setClosed =
  (closed: boolean): Command =>
  async (surroundings, operands, options) => {
    const [prefix] = operandsOf(operands, ["PREFIX"]);
    if (!PREFIX.test(prefix)) throw new UsageError("a prefix is + and digits, such as +44");
    const service = await openService(options, surroundings);
    await service.put(`operations/texts/${encodeURIComponent(prefix)}`, { closed });
    return {
      printed: `${prefix} is ${closed ? "closed" : "open"}`,
      said: closed ? "No text goes there until texts open; mail takes the place of notices." : "",
    };
  };

export const closeTexts = setClosed(true);
export const openTexts = setClosed(false);
