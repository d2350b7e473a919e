import type { Goal } from "../support/follow.ts";
import { nameOf } from "./canonical.ts";
import { movesOf, PAUSES } from "./moves.ts";
import { afterFreeze, NOTHING_SEEN, type Seen, watched } from "./onlooker.ts";
import { say } from "./owner.ts";
import { BOUNDS, type Bound, plays } from "./play.ts";
import { breaches, flaws } from "./promises.ts";
import { DAY, MINUTE, type Scene } from "./scenes.ts";
import { later, type Perform, type Request, START, type World } from "./world.ts";

/** A state, and how it was reached. */
interface State {
  readonly world: World;
  readonly seen: Seen;
  readonly depth: number;
  readonly from?: { readonly state: State; readonly how: string };
}

/** What a search found. */
export interface Report {
  readonly states: number;
  readonly moves: number;
  readonly depth: number;
  /** The longest that an owner waits, in days, by what holds the places. */
  readonly worst: Record<Bound, number>;
  readonly faults: readonly Fault[];
}

export interface Fault {
  readonly promise: string;
  readonly how: string;
  /** The shortest way to it. */
  readonly way: readonly string[];
}

const GOALS: readonly Goal[] = ["backup", "erasure"];

/**
 * Every state of a scene that so many moves reach, each held against what was promised.
 * @param perform the service
 */
export async function explore(
  perform: Perform,
  scene: Scene,
  {
    depth,
    interferences = 1,
    goals = GOALS,
    first = false,
  }: {
    readonly depth: number;
    readonly interferences?: number;
    /** What the owner is to reach from each state. */
    readonly goals?: readonly Goal[];
    /** Whether the search ends with the first fault. */
    readonly first?: boolean;
  },
): Promise<Report> {
  const play = plays(scene, perform, interferences);
  const worst: Record<Bound, number> = { free: 0, recoveries: 0, trusted: 0 };
  const faults: Fault[] = [];
  const known = new Set<string>();
  let queue: State[] = [];
  let moves = 0;
  let reached = 0;

  function fault(promise: string, how: string, state: State, ...more: readonly string[]): void {
    if (faults.some((other) => other.promise === promise && other.how === how)) return;
    faults.push({ promise, how, way: [...wayTo(state), ...more] });
  }

  async function visit(state: State, next: State[]): Promise<void> {
    const name = nameOf(state.world, state.seen);
    if (known.has(name)) return;
    known.add(name);
    next.push(state);
    for (const { promise, how } of await flaws(perform, state.seen, state.world)) fault(promise, how, state);
    for (const goal of goals) {
      for (const [bound, { days, stuck, said }] of Object.entries(await play(state.world, goal))) {
        const most = BOUNDS[bound as Bound];
        const late = stuck ?? (days > most + 1 && `after ${Math.floor(days)} days, not ${most}`);
        if (late) fault("liveness", `no ${goal}: ${late}`, state, "the owner, from then on:", ...said);
        else worst[bound as Bound] = Math.max(worst[bound as Bound], Math.round(days));
      }
    }
  }

  async function follow(state: State, request: Request): Promise<State | undefined> {
    moves++;
    const answer = await perform(state.world, request);
    const seen = watched(state.seen, state.world, request, answer);
    const how = say(request);
    for (const breach of breaches(state.seen, state.world, request, answer, seen)) {
      fault(breach.promise, breach.how, state, how);
    }
    if (!answer.ok || answer.world === state.world) return undefined;
    const world = later(answer.world, MINUTE);
    return { world, seen, depth: state.depth + 1, from: { state, how } };
  }

  let root: State = { world: START, seen: NOTHING_SEEN, depth: 0 };
  for (const before of scene.before) {
    const request = typeof before === "function" ? before(root.world) : before;
    const next = typeof request === "number" ? paused(root, request) : await follow(root, request);
    if (!next) throw new Error(`the scene does not begin: ${JSON.stringify(request)}`);
    root = { ...next, depth: 0 };
  }
  await visit(root, queue);
  const isOver = () => first && faults.length > 0;
  while (queue.length > 0 && reached < depth && !isOver()) {
    reached++;
    const next: State[] = [];
    for (const state of queue) {
      if (isOver()) break;
      for (const request of scene.actors.flatMap((actor) => movesOf(state.world, actor))) {
        const then = await follow(state, request);
        if (then) await visit(then, next);
      }
      for (const pause of PAUSES) await visit(paused(state, pause), next);
    }
    queue = next;
  }
  return { states: known.size, moves, depth: reached, worst, faults };
}

function paused(state: State, pause: number): State {
  const world = later(state.world, pause);
  return {
    world,
    seen: afterFreeze(state.seen, world.now),
    depth: state.depth + 1,
    from: { state, how: `${pause / DAY} days later` },
  };
}

function wayTo({ from }: State): string[] {
  return from ? [...wayTo(from.state), from.how] : [];
}
