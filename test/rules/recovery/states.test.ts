import { describe, expect, it } from "vitest";
import {
  type RecoveryState,
  recoveryState,
  type StoredState,
  storedState,
} from "../../../shared/model/recovery.ts";
import { stateOf, transitions } from "../../../shared/recovery/states.ts";

const EXPIRES = Date.parse("2026-12-06T08:00:00.000Z");
const READY = { state: "ready" } as const;
const PENDING = { state: "action-required" } as const;

/** How a recovery stands with these accounts, so many milliseconds after its end. */
function stands(
  state: StoredState,
  { accounts = [READY], ended = false, late = -1 }: Partial<Setting> = {},
): RecoveryState {
  const expiresAt = new Date(EXPIRES).toISOString();
  return stateOf({ state, accounts, expiresAt }, ended, EXPIRES + late);
}

interface Setting {
  readonly accounts: readonly (typeof READY | typeof PENDING)[];
  readonly ended: boolean;
  readonly late: number;
}

describe("a recovery", () => {
  it("that was released is completed as soon as no account needs anything [H4]", () => {
    expect(stands("released", { accounts: [READY, PENDING] })).toBe("released");
    expect(stands("released", { accounts: [READY, READY] })).toBe("completed");
    expect(stands("released", { accounts: [] })).toBe("completed");
  });

  it("that waits is not completed, whatever its accounts are [H4] [H10]", () => {
    for (const accounts of [[READY], [PENDING], []]) expect(stands("waiting", { accounts })).toBe("waiting");
  });

  it("is cancelled where something else has ended it [H4]", () => {
    expect(stands("waiting", { ended: true })).toBe("cancelled");
    expect(stands("released", { ended: true, accounts: [PENDING] })).toBe("cancelled");
    expect(stands("released", { ended: true, accounts: [READY] })).toBe("cancelled");
  });

  it.each(["waiting", "released"] as const)(
    "that is %s expires in its last millisecond, and not before [H4]",
    (state) => {
      for (const ended of [true, false]) {
        expect(stands(state, { ended, late: -1 })).not.toBe("expired");
        expect(stands(state, { ended, late: 0 })).toBe("expired");
      }
    },
  );

  it.each(["cancelled", "denied"] as const)("that is %s stays so for good [H4] [H5]", (state) => {
    for (const late of [-1, 0, 1]) {
      for (const ended of [true, false]) expect(stands(state, { ended, late })).toBe(state);
    }
  });
});

describe("the acts on a recovery", () => {
  it("are known in every state, and lead to one that can be stored [H4]", () => {
    expect(Object.keys(transitions).toSorted()).toEqual([...recoveryState.options].toSorted());
    for (const acts of Object.values(transitions)) {
      for (const next of Object.values(acts)) expect(storedState.options).toContain(next);
    }
  });

  it("never lead back: what was cancelled, denied or has expired is opened and approved no more [H4] [H5]", () => {
    for (const over of ["cancelled", "denied", "expired"] as const) {
      expect(transitions[over]).not.toHaveProperty("open");
      expect(transitions[over]).not.toHaveProperty("approve");
    }
    for (const acts of [transitions.released, transitions.completed]) {
      expect(Object.values(acts)).not.toContain("waiting");
    }
  });

  it("let nothing out but by being opened: no approval releases [H10]", () => {
    expect(transitions.waiting.approve).toBe("waiting");
    expect(transitions.waiting.open).toBe("released");
  });
});
