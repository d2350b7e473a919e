import { hash } from "node:crypto";
import type { NoticeType } from "../../../shared/model/notice.ts";
import { system } from "../../../shared/system.ts";
import { type Random, seeded } from "../../durability/random.ts";
import type { MakeData } from "../data.ts";
import { startFaultyService } from "../faultyService.ts";
import type { Fault, PortCall } from "../layer.ts";
import * as acts from "./acts.ts";
import { nextAct } from "./choice.ts";
import { recoverAtLast } from "./ending.ts";
import {
  addMember,
  createFamily,
  type Family,
  isGone,
  isPresent,
  type Member,
  type World,
} from "./family.ts";
import { inspect } from "./inspect.ts";
import { watched } from "./journal.ts";
import { createScheduler } from "./scheduler.ts";

interface RunOptions {
  /** The least number of things that phones do: each is one request, or two. */
  readonly operations: number;
  /** An integer that decides everything: who does what, what fails, and what comes first. */
  readonly seed: number;
  readonly makeData: MakeData;
}

interface Report {
  readonly operations: number;
  readonly owners: number;
  readonly versions: number;
  /** How many notices of each type were due. */
  readonly told: Readonly<Record<NoticeType, number>>;
  readonly faults: Readonly<Record<Fault, number>>;
  /** SHA-256 of all that happened, in order. */
  readonly digest: string;
}

/** Something was not as it must be. */
export class Violation extends Error {
  override readonly name = "Violation";

  constructor(seed: number, operation: number, { name, trace }: Family, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const lines = trace.slice(-TRACED).map((line) => `  ${line}`);
    super([`seed ${seed}, operation ${operation}, ${name}: ${reason}`, ...lines].join("\n"), { cause });
  }
}

/** Does one thing after another, with the phone in hand. */
interface Actor {
  member: Member;
}

/** Lines of the owner's trace that a violation shows. */
const TRACED = 60;

/** How many owners there are at once, and how many phones of each act at the same time. */
const FAMILIES = 4;
const PHONES = 3;

/** The most phones of an owner that are registered; one more for each actor. */
const PRESENT = 6;

const START = Date.parse("2026-11-22T08:00:00.000Z");
const HOUR = 60 * 60 * 1000;

/**
 * Has phones of several owners use the service at once while its ports fail, and compares all that it answers and
 * stores with a plain model of what must be true.
 * @throws {Violation}
 */
export async function run({ operations, seed, makeData }: RunOptions): Promise<Report> {
  const random = seeded(seed);
  const clock = { time: START };
  const now = () => clock.time;
  const scheduler = createScheduler<Actor>(random);
  const faults = { before: 0, lost: 0, late: 0, "crash-before": 0, "crash-after": 0 };
  const told = {
    "recovery-waiting": 0,
    "recovery-released": 0,
    "recovery-approved": 0,
    "recovery-denied": 0,
    "freeze-lifted": 0,
  };
  const happened: string[] = [];
  const families = new Set<Family>();
  const actors = new Set<Actor>();
  const report = { operations: 0, owners: 0, versions: 0 };

  const data = await makeData(now);
  const service = await startFaultyService({
    open: async () => {
      const { store, kek } = await data.open();
      const ofOwner = (userId: string) => [...families].find((family) => family.userId === userId);
      return { store: watched(store, (userId) => ofOwner(userId)?.journal), kek };
    },
    system: { ...system, now },
    faults: {
      turn: () => scheduler.turn(),
      plan: (call) => {
        const fault = draw(random);
        const member = scheduler.context()?.member;
        if (!fault || !member) return undefined;
        faults[fault]++;
        member.faults++;
        member.family.trace.push(`${member.label} meets ${describe(call)}: ${fault}`);
        return fault;
      },
      later: (land) => {
        const member = scheduler.context()?.member;
        if (!member) return;
        const { family } = member;
        family.late++;
        scheduler.spawn({ member }, async () => {
          await land();
          family.late--;
          family.trace.push(`what ${member.label} asked for is done, or no longer possible`);
          await guarded(family, () => inspect(family));
        });
      },
    },
  });
  const world: World = { service, random, clock };

  async function guarded(family: Family, act: () => Promise<unknown>): Promise<void> {
    await act().catch((error: unknown) => {
      throw new Violation(seed, report.operations, family, error);
    });
  }

  async function step(actor: Actor, member: Member, act: () => Promise<void>): Promise<void> {
    actor.member = member;
    report.operations++;
    clock.time += random.below(1_000);
    if (random.chance(1 / 40)) pass(8 * HOUR);
    await guarded(member.family, act);
  }

  /** Time passes, unless somebody still waits for the outcome of an idempotency key, which is remembered for a day. */
  function pass(milliseconds: number): void {
    if (![...actors].some(({ member }) => isWaiting(member))) clock.time += milliseconds;
  }

  /** What the actor takes next: mostly the phone in hand, sometimes a new one, or one put away that can answer. */
  async function take(actor: Actor): Promise<Member> {
    const { member } = actor;
    const { family } = member;
    if (isGone(member) && random.chance(0.3)) return await addMember(family);
    const isAsked = family.journal.latest().owner?.recoveries.some(({ state }) => state === "waiting");
    if (isWaiting(member) || member.unfinished || !random.chance(isAsked ? 1 / 4 : 1 / 12)) return member;
    const present = family.members.filter(isPresent);
    if (!isAsked && present.length < PRESENT && random.chance(0.5)) return await addMember(family);
    const idle = present.filter((other) => ![...actors].some((busy) => busy.member === other));
    return idle[random.below(idle.length + 1)] ?? member;
  }

  /** An owner's life, lived by several phones at once; the last one makes sure that it ends well. */
  async function live(): Promise<void> {
    const family = await createFamily(world, `owner ${++report.owners}`);
    families.add(family);
    const until = report.operations + 4 * (20 + random.below(200));
    let busy = PHONES;
    for (let at = 0; at < PHONES; at++) {
      const actor: Actor = { member: await addMember(family) };
      actors.add(actor);
      scheduler.spawn(actor, async () => {
        while (report.operations < Math.min(until, operations)) {
          const member = await take(actor);
          await step(actor, member, () => nextAct(member));
        }
        if (--busy === 0) await end(family, actor);
      });
    }
  }

  async function end(family: Family, actor: Actor): Promise<void> {
    while (family.late > 0) await scheduler.turn();
    for (const member of family.members) {
      while (member.unfinished) await step(actor, member, member.unfinished.again);
    }
    for (const other of actors) if (other !== actor && other.member.family === family) actors.delete(other);
    const fresh = await addMember(family);
    while (!isPresent(fresh)) await step(actor, fresh, () => acts.register(fresh));
    await recoverAtLast(fresh, {
      step: (member, act) => step(actor, member, act),
      wait: () => pass(HOUR),
    });
    while (family.late > 0) await scheduler.turn();
    await guarded(family, () => inspect(family));
    families.delete(family);
    actors.delete(actor);
    report.versions += family.ledger.nextVersion() - 1;
    for (const type of family.journal.told()) told[type]++;
    happened.push(hash("sha256", family.trace.join("\n")));
    if (report.operations < operations) await live();
  }

  try {
    for (let at = 0; at < FAMILIES; at++) await live();
    await scheduler.run();
  } finally {
    await service.close();
    await data.remove();
  }
  return { ...report, told, faults, digest: hash("sha256", happened.join("\n")) };
}

/** Whether a phone would send an idempotency key again. */
function isWaiting(member: Member): boolean {
  const { enable, recover } = member.phone.state().unanswered;
  return !isGone(member) && (enable !== undefined || (recover !== undefined && member.backAt === 0));
}

/** One call in fifteen fails; more rarely, the process ends. */
function draw(random: Random): Fault | undefined {
  const drawn = random.below(1_000);
  if (drawn < 20) return "before";
  if (drawn < 40) return "lost";
  if (drawn < 60) return "late";
  if (drawn < 63) return "crash-before";
  return drawn < 66 ? "crash-after" : undefined;
}

function describe({ port, operation }: PortCall): string {
  return `${port}.${operation}`;
}
