import { hash } from "node:crypto";
import { MOST_DEVICES } from "../../../shared/model/device.ts";
import type { EventType } from "../../../shared/model/event.ts";
import { system } from "../../../shared/system.ts";
import { type Random, seeded } from "../../durability/random.ts";
import { DISTURBANCES, type Disturbance, type MakeData } from "../data.ts";
import { startFaultyService } from "../faultyService.ts";
import type { Fault, PortCall } from "../layer.ts";
import { nextAct } from "./choice.ts";
import { backAtLast } from "./ending.ts";
import { type Actor, addMember, createFamily, type Family, type Member, type World } from "./family.ts";
import { inspect } from "./inspect.ts";
import { watched } from "./journal.ts";
import { createPost } from "./post.ts";
import type { Request } from "./request.ts";
import { createScheduler } from "./scheduler.ts";
import { checkHolders } from "./secondContainer.ts";
import { createWitness } from "./witness.ts";

interface RunOptions {
  /** The least number of things that phones do: each is one request, or a few. */
  readonly operations: number;
  /** An integer that decides everything: who does what, what fails, and what comes first. */
  readonly seed: number;
  readonly makeData: MakeData;
}

interface Report {
  readonly operations: number;
  readonly owners: number;
  readonly versions: number;
  readonly days: number;
  /** How many events of each type there were. */
  readonly events: Readonly<Partial<Record<EventType, number>>>;
  readonly displaced: number;
  /** Accounts that were verified, by their kinds. */
  readonly verified: Readonly<Record<string, number>>;
  /** Messages that reached a phone. */
  readonly sent: number;
  readonly faults: Readonly<Record<Fault, number>>;
  /** What happened around the store, if it is Cosmos DB's driver. */
  readonly disturbances: Readonly<Partial<Record<Disturbance, number>>>;
  /** How often the issuer has changed its signing key. */
  readonly rotations: number;
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

/** Lines of the owner's trace that a violation shows. */
const TRACED = 60;

/** How many owners there are at once, and how many phones of each act at the same time. */
const FAMILIES = 4;
const PHONES = 3;

const START = Date.parse("2026-11-22T08:00:00.000Z");
const HOUR = 60 * 60 * 1000;

/** Hours that pass at once, now and then: longer than tries are counted, recoveries wait, are denied, and are frozen. */
const PAUSES = [1, 1, 8, 8, 8, 26, 26, 26, 26, 3 * 24, 3 * 24, 8 * 24, 15 * 24, 31 * 24];

/**
 * Has phones of several owners use the service at once while its ports fail, and compares all that it answers and
 * stores with what the rules make of it, and with what must never happen.
 * @throws {Violation}
 */
export async function run({ operations, seed, makeData }: RunOptions): Promise<Report> {
  const random = seeded(seed);
  const clock = { time: START };
  const now = () => clock.time;
  const scheduler = createScheduler<Actor>(random);
  const faults = { before: 0, lost: 0, late: 0, "crash-before": 0, "crash-after": 0 };
  const events: Partial<Record<EventType, number>> = {};
  const verified: Record<string, number> = {};
  const happened: string[] = [];
  const disturbances: Partial<Record<Disturbance, number>> = {};
  const report = { operations: 0, owners: 0, versions: 0, displaced: 0, rotations: 0 };
  /** How many requests are under way, or still to be done though nobody waits for them. */
  let underWay = 0;
  /** The time to which the clock goes on once there are none. */
  let later = 0;

  const post = createPost();
  const witness = createWitness();
  /** By userId. */
  const families = new Map<string, Family>();
  /** Whether nothing fails: what is due is to be sent before days pass. */
  let isQuiet = false;

  const data = await makeData(now);
  const service = await startFaultyService({
    open: async () => {
      const { store, activations, ...rest } = await data.open();
      const request = () => scheduler.context()?.request;
      const watching = {
        journalOf: (userId: string) => families.get(userId)?.journal,
        requestFor: (userId: string) => {
          const { request } = scheduler.context() ?? {};
          return request?.member.family.userId === userId ? request : undefined;
        },
        now,
      };
      return {
        ...rest,
        notify: witness.notifies(post.notify, request),
        activations: witness.watches(activations),
        store: watched(post.watches(store), watching),
      };
    },
    system: { ...system, now },
    faults: {
      turn: () => scheduler.turn(),
      during: scheduler.during,
      plan: (call) => {
        const fault = draw(random);
        const { member, request } = scheduler.context() ?? {};
        if (!member || !request || isQuiet) return undefined;
        if (!fault) {
          if (call.port === "store" && !call.notices) disturb(request);
          return undefined;
        }
        faults[fault]++;
        // What becomes of its notices is no matter of the request.
        if (call.notices || call.port === "notify") post.failed();
        if (!call.notices) request.faults++;
        member.family.trace.push(`${member.label} meets ${describe(call)}: ${fault}`);
        return fault;
      },
      later: (land) => {
        const { member, request } = scheduler.context() ?? {};
        if (!member || !request) return;
        const { family } = member;
        family.late++;
        underWay++;
        scheduler.spawn({ member, request }, async () => {
          await land();
          family.late--;
          underWay--;
          family.trace.push(`what ${member.label} asked for is done, or no longer possible`);
          await guarded(family, () => inspect(family));
        });
      },
    },
  });
  /** Something happens around the store: most of it must not be noticed. */
  function disturb(request: Request): void {
    const chosen = data.disturb && DISTURBANCES[random.below(100)];
    if (!chosen) return;
    disturbances[chosen] = (disturbances[chosen] ?? 0) + 1;
    const { family, label } = request.member;
    family.trace.push(`${label} meets ${chosen}`);
    if (chosen === "token-hangs") request.faults++;
    data.disturb?.[chosen]();
  }

  const world: World = { service, random, clock, post, witness, actor: scheduler.context };

  async function guarded(family: Family, act: () => Promise<unknown>): Promise<void> {
    await act().catch((error: unknown) => {
      if (error instanceof Violation) throw error;
      throw new Violation(seed, report.operations, family, error);
    });
  }

  async function step(actor: Actor, member: Member, act: () => Promise<unknown>): Promise<void> {
    actor.member = member;
    if (random.chance(1 / 60)) later = clock.time + (PAUSES[random.below(PAUSES.length)] ?? 1) * HOUR;
    await passed();
    if (random.chance(1 / 150)) {
      report.rotations++;
      await service.issuer.rotate();
    }
    report.operations++;
    clock.time += random.below(1_000);
    underWay++;
    await guarded(member.family, act);
    underWay--;
  }

  /** Time passes when no request is under way: none takes hours. */
  async function passed(): Promise<void> {
    while (later > clock.time) {
      if (underWay > 0) await scheduler.turn();
      else {
        await drain();
        clock.time = Math.max(clock.time, later);
      }
    }
  }

  /** Sweeps until nothing is due: days have more than enough of them for that. */
  async function drain(): Promise<void> {
    underWay++;
    isQuiet = true;
    for (let minute = 0; minute < 2; minute++) {
      clock.time += 61_000;
      await service.sweep();
    }
    isQuiet = false;
    underWay--;
  }

  /** A sweep among the requests; it may fail as they do. */
  async function sweep(member: Member): Promise<void> {
    underWay++;
    await guarded(member.family, async () => {
      await service.sweep();
      if (random.chance(1 / 4)) await service.sweepHolders();
    });
    underWay--;
  }

  /** What the actor takes next: mostly the phone in hand, sometimes another, or a new one. */
  async function take({ member }: Actor, actors: readonly Actor[]): Promise<Member> {
    const { family } = member;
    const isCrowded = family.size > MOST_DEVICES;
    if (member.unfinished || !random.chance(isCrowded ? 1 / 3 : 1 / 8)) return member;
    if (family.members.length < family.size && random.chance(isCrowded ? 0.8 : 0.5)) {
      return await addMember(family);
    }
    const idle = family.members.filter((other) => !actors.some((busy) => busy.member === other));
    return idle[random.below(idle.length + 1)] ?? member;
  }

  /** An owner's life, lived by several phones at once; the last one makes sure that it ends well. */
  async function live(): Promise<void> {
    const family = await createFamily(world, `owner ${++report.owners}`);
    families.set(family.userId, family);
    const until = report.operations + 4 * (40 + random.below(300));
    const actors: Actor[] = [];
    let busy = PHONES;
    for (let at = 0; at < PHONES; at++) {
      const actor: Actor = { member: await addMember(family) };
      actors.push(actor);
      scheduler.spawn(actor, async () => {
        while (report.operations < Math.min(until, operations)) {
          const member = await take(actor, actors);
          await step(actor, member, () => nextAct(member));
          if (random.chance(1 / 10)) await sweep(member);
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
    await guarded(family, () =>
      backAtLast(fresh, {
        step: (act) => step(actor, fresh, act),
        wait: async (until) => {
          later = Math.max(later, until);
          await passed();
        },
      }),
    );
    while (family.late > 0) await scheduler.turn();
    await guarded(family, () => inspect(family));
    report.versions += family.ledger.count();
    while (underWay > 0) await scheduler.turn();
    await drain();
    await guarded(family, async () => {
      await inspect(family);
      post.check();
      post.checkDelivered(family);
    });
    for (const { event } of family.journal.steps()) {
      if (!event) continue;
      events[event.type] = (events[event.type] ?? 0) + 1;
      const { code = "" } = event.details;
      if (event.type === "account-verified") verified[code] = (verified[code] ?? 0) + 1;
      if (event.type === "device-registered" && event.details.deviceId) report.displaced++;
    }
    happened.push(hash("sha256", family.trace.join("\n")));
    if (report.operations < operations) await live();
  }

  try {
    for (let at = 0; at < FAMILIES; at++) await live();
    await scheduler.run();
    witness.checkClaims();
    await checkHolders(service, { witness, userIds: families.keys() }, clock);
  } finally {
    await service.close();
    await data.remove();
  }
  const days = Math.round((clock.time - START) / (24 * HOUR));
  return {
    ...report,
    days,
    events,
    verified,
    sent: post.count(),
    faults,
    disturbances,
    digest: hash("sha256", happened.join("\n")),
  };
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
