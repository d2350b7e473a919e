import { expect, it } from "vitest";
import type { Act } from "../../../shared/acts/act.ts";
import { commit } from "../../../shared/acts/commit.ts";
import type { EventType } from "../../../shared/model/event.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import { ids, owner as ownerKind } from "../../../shared/store/items.ts";
import type { ItemBody, Operation } from "../../../shared/store/port.ts";
import { parseItem } from "../../../shared/store/schema.ts";
import { DAY, off, phone, START, timeAt } from "../backup/owner.ts";

const token = (number: number) => String(number).padStart(43, "t");
const [device, other] = [phone("d", { signedInAt: timeAt(-DAY) }), phone("o", { tokens: [token(9)] })];
const item: Owner = { ...off, devices: [device, other] };

/** The owner's item after a phone's act with a token, whose sign-in was so many seconds ago. */
async function committed(
  before: Owner,
  number: number,
  { ago = 0, type = "backup-uploaded" }: { ago?: number; type?: EventType } = {},
): Promise<Owner> {
  let written: unknown;
  const store = {
    commit: async (_: string, operations: readonly Operation[]) => {
      const owner = operations.find(({ id }) => id === ids.owner);
      written = owner && "body" in owner ? owner.body : undefined;
      return { committed: true };
    },
  };
  const act = {
    services: { store, config: { stepUpMaxAge: 600 } },
    now: START,
    identity: {
      userId: "u".repeat(43),
      issuer: { kind: "personal", profile: "oidc", secondFactor: "when-known" },
      signedInAt: START / 1000 - ago,
      secondFactor: false,
      tokenHash: token(number),
    },
    proof: { id: "p".repeat(43), deviceId: device.deviceId, until: START / 1000 + 361 },
    owner: { item: before, etag: "1" },
    device,
  } as unknown as Act;
  await commit(act, before, { event: { type, device } });
  return parseItem(ownerKind, { id: ids.owner, etag: "", body: written as ItemBody });
}

const tokensOf = ({ devices }: Owner) => devices.map(({ tokens }) => tokens);

it("a phone is known by the last four tokens that it has committed with, each once, the newest first", async () => {
  let owner = item;
  for (const number of [1, 2, 2, 1, 3]) owner = await committed(owner, number);
  expect(tokensOf(owner)).toEqual([[token(3), token(1), token(2)], [token(9)]]);
  for (const number of [4, 5]) owner = await committed(owner, number);
  expect(tokensOf(owner)[0]).toEqual([5, 4, 3, 1].map(token));
});

it("a phone has signed in with the first act after a fresh sign-in, and not with what it does with a stale one", async () => {
  const signedIn = ({ devices }: Owner) => devices.map(({ signedInAt }) => signedInAt);
  expect(signedIn(await committed(item, 1))).toEqual([timeAt(0), other.signedInAt]);
  expect(signedIn(await committed(item, 1, { ago: 3600 }))).toEqual([device.signedInAt, other.signedInAt]);
});

it("a refusal is told to the record, and changes neither tokens nor the sign-in [D4]", async () => {
  for (const type of ["recovery-refused", "backup-refused"] as const) {
    const { activity, spent: _, ...rest } = await committed(item, 1, { type });
    const { activity: before, ...unchanged } = item;
    expect(rest).toEqual(unchanged);
    expect(activity.number).toBe(before.number + 1);
  }
});
