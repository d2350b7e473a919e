import type { Remedy } from "../../shared/errors/catalogue.ts";

/** What an owner wants at last. */
export type Goal = "backup" | "erasure";

/** What an app does of itself for that: the goal, and what remedies lead to. */
export type Step =
  | { readonly act: "register" | "enable" | "upload" | "erase" }
  | { readonly act: "begin"; readonly purpose: "recover" | "start-anew" }
  | { readonly act: "open"; readonly recovery: string };

/** What an app reads of a problem: nothing that is for people. */
export interface Told {
  readonly code: string;
  readonly remedy: string;
  readonly otherwise?: string | undefined;
  readonly [member: string]: unknown;
}

/** What came of a step: it was done, or done but for a wait, or refused. */
export type Outcome =
  | { readonly done: true; readonly waitsUntil?: string | undefined }
  | { readonly done: false; readonly problem: Told };

/** A phone, as far as an app may look. */
export interface Follower {
  readonly ask: (step: Step) => Promise<Outcome>;
  /** The recovery that waits on this phone, as its status has it; undefined if there is none, or no status. */
  readonly waiting: () => Promise<string | undefined>;
}

/** What comes of what an owner does before there is nothing left but waiting. */
export type Turn = { readonly said: readonly string[] } & (
  | { readonly reached: true }
  /** Milliseconds since the epoch. */
  | { readonly reached: false; readonly until: number }
  | { readonly reached: false; readonly stuck: string }
);

const GOALS: Readonly<Record<Goal, Step>> = { backup: { act: "upload" }, erasure: { act: "erase" } };

/** What leads on, of a remedy; what is not here, an owner with a new phone and no other can't have. */
const WAYS: Partial<Record<Remedy, readonly (Step | "wait" | "look")[]>> = {
  "register-device": [{ act: "register" }],
  "recover-first": [{ act: "begin", purpose: "recover" }],
  "recover-or-start-anew": [
    { act: "begin", purpose: "recover" },
    { act: "begin", purpose: "start-anew" },
  ],
  "start-anew": [{ act: "begin", purpose: "start-anew" }],
  "turn-backup-on": [{ act: "enable" }],
  "refresh-status": ["look"],
  wait: ["wait"],
};

/** The members by which a problem says until when to wait. */
const TIMES = ["releaseAt", "frozenUntil", "freesAt", "retryAt"];

/** Refusals in a row after which an owner goes in a circle. */
const CIRCLE = 12;

/**
 * An owner with a new phone and no other, who can sign in afresh, does mechanically what the answers say: the remedy, or
 * what leads on otherwise, until the goal is reached or there is nothing left but waiting.
 */
export async function follow(goal: Goal, { ask, waiting }: Follower): Promise<Turn> {
  const look = async (): Promise<Step> => {
    const recovery = await waiting();
    return recovery === undefined ? GOALS[goal] : { act: "open", recovery };
  };
  const said: string[] = [];
  /** The codes that were answered since something was done. */
  let codes: string[] = [];
  let step = await look();
  for (;;) {
    const outcome = await ask(step);
    said.push(`${inWords(step)}: ${outcome.done ? "done" : outcome.problem.code}`);
    if (outcome.done) {
      if (step === GOALS[goal]) return { said, reached: true };
      if (outcome.waitsUntil !== undefined)
        return { said, reached: false, until: Date.parse(outcome.waitsUntil) };
      codes = [];
      step = GOALS[goal];
      continue;
    }
    const { problem } = outcome;
    const { code, remedy, otherwise } = problem;
    const ways = [remedy, otherwise].flatMap((way) => WAYS[way as Remedy] ?? []);
    const way = ways[codes.filter((other) => other === code).length];
    codes.push(code);
    if (way === undefined) return { said, reached: false, stuck: code };
    if (codes.length > CIRCLE) return { said, reached: false, stuck: `a circle: ${codes.join(", ")}` };
    if (way === "wait") {
      const until = TIMES.map((name) => problem[name]).find((time) => typeof time === "string");
      return until === undefined
        ? { said, reached: false, stuck: `${code} says no time` }
        : { said, reached: false, until: Date.parse(until) };
    }
    step = way === "look" ? await look() : way;
  }
}

function inWords(step: Step): string {
  return step.act === "begin" ? step.purpose : step.act;
}
