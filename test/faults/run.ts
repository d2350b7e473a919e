import { hash } from "node:crypto";
import { system } from "../../shared/system.ts";
import { type Random, seeded } from "../durability/random.ts";
import * as acts from "./acts.ts";
import { nextAct } from "./choice.ts";
import type { MakeData } from "./data.ts";
import { addMember, createFamily, type Family, inspect, type Member, type World } from "./family.ts";
import type { Fault, PortCall } from "./layer.ts";
import { createScheduler } from "./scheduler.ts";
import { startFaultyService } from "./service.ts";

export interface RunOptions {
  /** Things that phones do, at the least: each is one request, or two. */
  readonly operations: number;
  /** An integer, of which everything follows: who does what, what fails, and what comes first. */
  readonly seed: number;
  readonly makeData: MakeData;
}

export interface Report {
  readonly operations: number;
  readonly owners: number;
  readonly versions: number;
  readonly faults: Readonly<Record<Fault, number>>;
  /** SHA-256 of all that happened, in its order. */
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

/** Does one thing after the other, with the phone that it has in hand. */
interface Actor {
  member: Member;
}

/** Lines of the owner's trace that a violation shows. */
const TRACED = 60;

/** Owners at once, and how many phones of each do something at the same time. */
const FAMILIES = 4;
const PHONES = 3;

const START = Date.parse("2026-11-22T08:00:00.000Z");
const HOUR = 60 * 60 * 1000;

/**
 * Has phones of several owners use the service at once while its ports fail, and holds all that it answers and stores
 * against a plain model of what must be true.
 * @throws {Violation}
 */
export async function run({ operations, seed, makeData }: RunOptions): Promise<Report> {
  const random = seeded(seed);
  const clock = { time: START };
  const now = () => clock.time;
  const scheduler = createScheduler<Actor>(random);
  const faults = { before: 0, lost: 0, late: 0, "crash-before": 0, "crash-after": 0 };
  const happened: string[] = [];
  const families = new Set<Family>();
  const report = { operations: 0, owners: 0, versions: 0 };

  const data = await makeData(now);
  const service = await startFaultyService({
    open: data.open,
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
    // A night goes by, once nobody waits for what an idempotency key led to: it is remembered for a day.
    if (random.chance(1 / 60) && ![...families].some(isWaiting)) clock.time += 8 * HOUR;
    await guarded(member.family, act);
  }

  /** An owner's life, by all of their phones at once; the last of them sees to it that it ends well. */
  async function live(): Promise<void> {
    const family = await createFamily(world, `owner ${++report.owners}`);
    families.add(family);
    const until = report.operations + 4 * (20 + random.below(200));
    let busy = PHONES;
    for (let at = 0; at < PHONES; at++) {
      const actor: Actor = { member: await addMember(family) };
      scheduler.spawn(actor, async () => {
        while (report.operations < Math.min(until, operations)) {
          const member =
            actor.member.standing === "gone" && random.chance(0.3) ? await addMember(family) : actor.member;
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
    const fresh = await addMember(family);
    while (fresh.standing !== "registered") await step(actor, fresh, () => acts.register(fresh));
    // Where the owner began too many recoveries today, this one was refused in truth, and that is an end, too.
    while (family.ledger.acknowledged() > 0 && !fresh.holdsBackup && fresh.backAt === 0)
      await step(actor, fresh, () => acts.recover(fresh));
    while (family.late > 0) await scheduler.turn();
    await guarded(family, () => inspect(family));
    families.delete(family);
    report.versions += family.ledger.nextVersion() - 1;
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
  return { ...report, faults, digest: hash("sha256", happened.join("\n")) };
}

function isWaiting({ members }: Family): boolean {
  return members.some(({ phone, standing, backAt }) => {
    const { enable, recover } = phone.state().unanswered;
    return standing !== "gone" && (enable !== undefined || (recover !== undefined && backAt === 0));
  });
}

/** One call in fifteen fails; a process ends more seldom. */
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
