import { describe, expect, it } from "vitest";
import { codesOnly, contents } from "../support/accounts.ts";
import { userIdOf } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  problemOf,
  startService,
  type TestPhone,
  type TestService,
} from "../support/service.ts";
import { DAY, later, MINUTE, newPhone, recovered, type Stage, type startStage, waiting } from "./stage.ts";

/** In seconds: how long a recovery lasts. */
const LIFE = 14 * DAY;

/** An act on a recovery. */
type Act = "open" | "cancel" | "approve" | "deny";

/** What a recovery is afterwards; `over`: it is refused with the state. */
type After = "waiting" | "released" | "completed" | "cancelled" | "denied" | "over";

/** How a recovery gets into a state. @returns its id */
const REACH = {
  waiting: async ({ next }) => await waiting(next),
  released: async ({ next }) => await recovered(next),
  completed: async ({ old, next }) => {
    expectOk(await old.upload(codesOnly(6), { replaces: 1 }));
    return await recovered(next);
  },
  cancelled: async ({ next }) => {
    const id = await waiting(next);
    expectOk(await next.cancel(id));
    return id;
  },
  denied: async ({ old, next }) => {
    const id = await waiting(next);
    expectOk(await old.deny(id));
    // So that it is the state that answers, and neither the freeze nor the registry of phones.
    expectOk(await old.liftFreeze());
    expectOk(await next.register());
    return id;
  },
  expired: async ({ service, old, next }) => {
    const id = await recovered(next);
    await later(service, LIFE, old, next);
    return id;
  },
} as const satisfies Record<
  string,
  (stage: Omit<Awaited<ReturnType<typeof startStage>>, never>) => Promise<string>
>;

const WAITS: readonly string[] = ["waiting", "cancelled", "denied"];

describe.each<[keyof typeof REACH, Record<Act, After>]>([
  ["waiting", { open: "released", cancel: "cancelled", approve: "waiting", deny: "denied" }],
  ["released", { open: "released", cancel: "cancelled", approve: "released", deny: "denied" }],
  ["completed", { open: "completed", cancel: "over", approve: "completed", deny: "denied" }],
  // Before anything was released: there is nothing to deny.
  ["cancelled", { open: "over", cancel: "cancelled", approve: "over", deny: "over" }],
  ["denied", { open: "over", cancel: "over", approve: "over", deny: "denied" }],
  ["expired", { open: "over", cancel: "over", approve: "over", deny: "over" }],
])("a recovery that is %s", (state, acts) => {
  it("allows of open, cancel, approve and deny what the diagram says, and says how it stands [H4]", async () => {
    const service = await startService();
    for (const [act, after] of Object.entries(acts) as [Act, After][]) {
      const stage = await stageOf(service, `${act}-er`, WAITS.includes(state));
      const { old, next } = stage;
      const id = await REACH[state](stage);
      // The wait is over, so that the state alone decides.
      await later(service, MINUTE, old, next);
      const result = await doAct(act, stage, id);
      const outcome = result.ok ? await stateIn(service, next, id) : problemOf(result);
      const expected = after === "over" ? { status: 409, code: "recovery-over", state } : { state: after };
      expect({ act, outcome }).toMatchObject({ act, outcome: expected });
    }
  });
});

/** An owner of its own on the service, whose recoveries wait for a minute or not at all. */
async function stageOf(service: TestService, owner: string, waits: boolean): Promise<Stage> {
  const old = await backedUpPhone(service, { owner, name: "Old phone" });
  expectOk(await old.upload(contents));
  if (waits) expectOk(await old.choosePolicy({ waitingSeconds: MINUTE }));
  return { service, old, next: await newPhone(service, { owner, name: "New phone" }) };
}

function doAct(act: Act, { old, next }: Stage, id: string) {
  return act === "open" || act === "cancel" ? next[act](id) : old[act](id);
}

/** How a recovery stands, as its phone is told; where that was revoked, as it is stored. */
async function stateIn(service: TestService, phone: TestPhone, id: string) {
  const read = await phone.readRecovery(id);
  if (read.ok) return { state: read.body.state };
  expect(problemOf(read)).toMatchObject({ code: "device-not-registered" });
  const stored = await service.adapters.store.read(userIdOf(phone), `recovery:${id}`);
  return { state: stored?.body.state };
}
