import { describe, expect, it } from "vitest";
import type { Adapters } from "../../../functions/compose/services.ts";
import { fakeNotify, type Message } from "../../support/notify.ts";
import { FAULTS, type Fault, faulty, type PortCall } from "../layer.ts";
import { CONTACT, first, NUMBER, noticeOf, ownerItems, second, stage } from "./stage.ts";

// Every call of a delivery fails once in every way, the end of the process among them, and sweeps go on.

const P = "p".repeat(43);
const TARGETS = [first.deviceId, second.deviceId, CONTACT, NUMBER].sort();

type Way = "by the request itself" | "by a sweep";

interface Planned {
  readonly at: number;
  readonly fault: Fault;
  /** Whether what a late call asks for is done before the next sweep, or after all of them. */
  readonly lands: "soon" | "last";
}

/** Sends a notice while one call fails, then sweeps until nothing is due. */
async function play(way: Way, planned?: Planned) {
  const made = await stage();
  const { owner, operations } = ownerItems(P);
  await made.put(P, ...operations);
  const notices = await made.commit(P, noticeOf("n"));
  const platforms = fakeNotify();
  const calls: PortCall[] = [];
  const late: (() => Promise<unknown>)[] = [];
  const crash = Promise.withResolvers<void>();
  let isOver = false;
  const kek = {} as Adapters["kek"];
  const adapters: Adapters = { store: made.store, activations: made.store, kek, notify: platforms.notify };
  const { store, notify } = faulty(adapters, {
    plan: (call) => {
      calls.push(call);
      return planned?.at === calls.length - 1 ? planned.fault : undefined;
    },
    turn: async () => {},
    later: (act) => void late.push(() => act(adapters)),
    crash: () => {
      isOver = true;
      crash.resolve();
    },
    crashed: () => isOver,
  });
  const land = async () => {
    for (const act of late.splice(0)) await act();
  };

  const delivery = made.deliveryOf(notify, store);
  if (way === "by a sweep") made.pass(30_000);
  const sending = way === "by a sweep" ? delivery.sweep() : delivery.sendNow(notices, owner);
  await Promise.race([sending, crash.promise]);
  if (planned?.lands === "soon") await land();

  const after = made.deliveryOf(platforms.notify);
  for (let minute = 0; minute < 10; minute++) {
    made.pass(60_000);
    await after.sweep();
  }
  await land();
  const [notice] = await made.noticesOf(P);
  return { calls, notice, taken: platforms.taken, lines: made.lines };
}

function contentsById(taken: readonly Message[]): Map<string, Set<string>> {
  const contents = new Map<string, Set<string>>();
  for (const { id, to, content } of taken) {
    contents.set(id, (contents.get(id) ?? new Set()).add(`${to} ${content}`));
  }
  return contents;
}

describe.each(["by the request itself", "by a sweep"] as const)("a notice that is sent %s", (way) => {
  it("is sent to each target at least once, and once only where nothing failed, whatever fails [I1]", async () => {
    const usual = await play(way);
    expect(usual.taken).toHaveLength(TARGETS.length);
    const operations = usual.calls.map(({ operation }) => operation);
    expect(operations.toSorted()).toEqual(
      way === "by a sweep"
        ? ["commit", "commit", "due", "list", "list", "mail", "push", "push", "read", "text"]
        : ["commit", "list", "list", "mail", "push", "push", "text"],
    );

    for (const [at, call] of usual.calls.entries()) {
      for (const fault of FAULTS) {
        for (const lands of fault === "late" ? (["soon", "last"] as const) : (["soon"] as const)) {
          const title = `call ${at}, ${call.port}.${call.operation}: ${fault} ${lands}`;
          const { notice, taken } = await play(way, { at, fault, lands });
          expect(Object.keys(notice?.outcomes ?? {}).sort(), title).toEqual(TARGETS);
          expect(new Set(Object.values(notice?.outcomes ?? {})), title).toEqual(new Set(["sent"]));
          expect(notice, title).not.toHaveProperty("dueAt");
          const byId = contentsById(taken);
          expect(byId.size, title).toBe(TARGETS.length);
          for (const contents of byId.values()) expect(contents.size, title).toBe(1);
          // A second time only where the first may not have arrived, or was not marked.
          const isTwice = call.operation === "commit" || call.port === "notify" || fault.startsWith("crash");
          if (!isTwice) expect(taken, title).toHaveLength(TARGETS.length);
          else expect(taken.length, title).toBeLessThanOrEqual(2 * TARGETS.length);
        }
      }
    }
  });
});

describe("the ids of messages", () => {
  it("don't hang on anything that differs from process to process", async () => {
    const [one, other] = [await play("by a sweep"), await play("by the request itself")];
    expect(new Set(one.taken.map(({ id }) => id))).toEqual(new Set(other.taken.map(({ id }) => id)));
  });
});
