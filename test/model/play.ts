import type { Device } from "../../shared/model/device.ts";
import { asOf } from "../../shared/recovery/freeze.ts";
import { isAlive } from "../../shared/recovery/listed.ts";
import type { Goal } from "../support/follow.ts";
import { BY_DAY, nameOf } from "./canonical.ts";
import { movesOf } from "./moves.ts";
import { say, turn } from "./owner.ts";
import { PLACES } from "./rules.ts";
import { DAY, MINUTE, type Scene } from "./scenes.ts";
import { later, type Perform, type Phone, type Request, type World } from "./world.ts";

/** Days that an owner has to wait at most, by what held all places on the way. */
export const BOUNDS = { free: 44, recoveries: 65, trusted: 134 } as const;

export type Bound = keyof typeof BOUNDS;

/** How the play of an owner against thieves ends, at its worst. */
export interface Outcome {
  readonly days: number;
  /** Undefined if the goal is reached. */
  readonly stuck?: string;
  readonly said: readonly string[];
}

/** The worst of each bound that there was. */
export type Outcomes = Readonly<Partial<Record<Bound, Outcome>>>;

/**
 * What thieves do who want to hold the owner off: with a stale sign-in all that it lets through; with a fresh one all but
 * what standing.md leaves out: denying, revoking, and using up places or counts.
 */
const INTERFERING: Readonly<Record<"fresh" | "stale", readonly Request["act"][]>> = {
  stale: ["deny", "cancel", "revoke"],
  fresh: ["enable", "begin", "open", "choose", "restore", "erase"],
};

/** Whether a phone is trusted: then nothing that it begins takes a place. */
function isTrusted({ owner }: World, { id }: Phone): boolean {
  return owner?.devices.some(({ deviceId, trusted }) => deviceId === id && trusted) ?? false;
}

/** Turns after which an owner who still waits goes in a circle. */
const MOST_TURNS = 30;

/**
 * Plays of one scene: what was played from a state is known the next time.
 * @param interferences how often thieves may interfere from then on
 */
export function plays(scene: Scene, perform: Perform, interferences: number) {
  const known = new Map<string, Outcomes>();
  /** What thieves may do in a world: it is asked for each goal. */
  const meddled = new WeakMap<World, ReturnType<typeof interfering>>();

  /** At its worst, from this state until the goal. */
  async function play(world: World, goal: Goal, left = interferences, turns = MOST_TURNS): Promise<Outcomes> {
    if (turns === 0) return { free: { ...STUCK, stuck: "a circle", said: [] } };
    const name = `${goal} ${left} ${nameOf(world, undefined, BY_DAY)}`;
    const before = known.get(name);
    if (before) return before;
    const ways = [await ownersTurn(world, goal, left, turns)];
    if (left > 0) {
      const meddling = meddled.get(world) ?? interfering(world);
      meddled.set(world, meddling);
      for (const { request, next } of await meddling) {
        ways.push(after([say(request)], 0, await play(next, goal, left - 1, turns)));
      }
    }
    const worst = worstOf(ways);
    known.set(name, worst);
    return worst;
  }

  async function ownersTurn(world: World, goal: Goal, left: number, turns: number): Promise<Outcomes> {
    const result = await turn(perform, world, scene.newcomer, goal);
    const { said } = result;
    const bound = boundOf(world, scene.newcomer);
    if ("stuck" in result) return { [bound]: { ...STUCK, stuck: result.stuck, said } };
    if (result.reached) return { [bound]: { days: 0, said } };
    const then = Math.max(result.until, result.world.now + MINUTE);
    const rest = await play({ ...result.world, now: then }, goal, left, turns - 1);
    const days = (then - world.now) / DAY;
    return after([...said, `${days.toFixed(1)} days later`], days, rest, bound);
  }

  /** What thieves may do to hold the owner off. */
  async function interfering(world: World): Promise<{ request: Request; next: World }[]> {
    const found: { request: Request; next: World }[] = [];
    for (const actor of scene.actors.filter(({ holder }) => holder === "thief")) {
      for (const request of movesOf(world, actor)) {
        const { act, fresh, phone } = request;
        const meant = INTERFERING[fresh ? "fresh" : "stale"].includes(act);
        if (!meant || (fresh && act === "begin" && !isTrusted(world, phone))) continue;
        const answer = await perform(world, request);
        if (answer.ok && answer.world !== world) found.push({ request, next: later(answer.world, MINUTE) });
      }
    }
    return found;
  }

  return play;
}

const STUCK = { days: Number.POSITIVE_INFINITY };
const ORDER = Object.keys(BOUNDS) as Bound[];

/** What comes of a way that begins so; the loosest bound on it counts. */
function after(said: readonly string[], days: number, rest: Outcomes, least: Bound = "free"): Outcomes {
  return worstOf(
    Object.entries(rest).map(([bound, outcome]) => {
      const counts = ORDER[Math.max(ORDER.indexOf(least), ORDER.indexOf(bound as Bound))] ?? least;
      return { [counts]: { ...outcome, days: days + outcome.days, said: [...said, ...outcome.said] } };
    }),
  );
}

function worstOf(ways: readonly Outcomes[]): Outcomes {
  const worst: Partial<Record<Bound, Outcome>> = {};
  for (const [bound, outcome] of ways.flatMap((way) => Object.entries(way) as [Bound, Outcome][])) {
    if (outcome.days > (worst[bound]?.days ?? -1)) worst[bound] = outcome;
  }
  return worst;
}

/** What holds all places against a phone, if anything does. */
function boundOf({ owner, now }: World, { id }: Phone): Bound {
  const item = owner && asOf(owner, now);
  const has = item?.devices.some(({ deviceId }) => deviceId === id);
  if (!item || has || item.devices.length < PLACES) return "free";
  const untrusted = item.devices.filter(({ trusted }) => !trusted);
  if (untrusted.length === 0) return "trusted";
  const live = item.recoveries.filter((recovery) => isAlive(recovery, now, item.freeze));
  const isHeld = ({ deviceId }: Device) => live.some(({ device }) => device.deviceId === deviceId);
  return untrusted.every(isHeld) ? "recoveries" : "free";
}
