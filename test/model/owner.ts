import { catalogue, type ProblemCode, type ProblemKind } from "../../shared/errors/catalogue.ts";
import { follow, type Goal, type Turn } from "../support/follow.ts";
import { ALL } from "./scenes.ts";
import type { Move, Perform, Phone, Request, World } from "./world.ts";

/** What comes of what an owner does until there is nothing left but waiting, and the world then. */
export async function turn(
  perform: Perform,
  start: World,
  phone: Phone,
  goal: Goal,
): Promise<Turn & { readonly world: World }> {
  let world = start;
  const ask = async (move: Move) => {
    const answer = await perform(world, { ...move, phone, fresh: true });
    world = answer.world;
    return answer;
  };
  const done = await follow(goal, {
    async ask(step) {
      const answer = await ask(
        step.act === "upload" ? { ...step, act: "upload", accounts: ALL } : (step as Move),
      );
      if (!answer.ok) {
        const { code, members } = answer.problem;
        const { remedy, otherwise }: ProblemKind = catalogue[code as ProblemCode];
        return { done: false, problem: { code, remedy, otherwise, ...members } };
      }
      const { state, releaseAt } = answer.told;
      return { done: true, waitsUntil: state === "waiting" ? releaseAt : undefined };
    },
    async waiting() {
      const answer = await ask({ act: "status" });
      const recoveries = answer.ok ? answer.told.status?.recoveries : undefined;
      return recoveries?.find(({ thisPhone, state }) => thisPhone && state === "waiting")?.recoveryId;
    },
  });
  return { ...done, world };
}

/** A move in words. */
export function describe(move: Move): string {
  const { act, accounts, ...rest } = move as Move & { readonly accounts?: readonly string[] };
  const values = Object.values(rest).filter(
    (value) => typeof value !== "object" && typeof value !== "boolean",
  );
  return [act, ...(accounts ? [`${accounts.length} accounts`] : []), ...values]
    .join(" ")
    .replaceAll(/(-phone)?_+\w?/g, "");
}

/** A request in words. */
export function say({ phone, fresh, ...move }: Request): string {
  const { id } = phone;
  return `${id.replace(/-phone_*$/, "")}${fresh ? "" : " (stale)"}: ${describe(move as Move)}`;
}
