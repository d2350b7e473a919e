import { describe, expect, it } from "vitest";
import { createWorkBudget, WORK_AT_ONCE } from "../../../shared/limits/work.ts";

function budget(perSecond = 10) {
  let time = 1_000_000;
  const { take } = createWorkBudget({ perSecond, now: () => time });
  const wait = (seconds: number) => {
    time += seconds * 1000;
  };
  return { take, wait, most: perSecond * WORK_AT_ONCE };
}

describe("what a phone may ask of an instance", () => {
  it(`is ${WORK_AT_ONCE} seconds of work at once`, () => {
    const { take, most } = budget();
    expect(take("phone", most - 1)).toBeUndefined();
    expect(take("phone", 1)).toBeUndefined();
    expect(take("phone", 1)).toBe(0.1);
  });

  it("comes back with time, up to as much as before", () => {
    const { take, wait, most } = budget();
    take("phone", most);
    wait(2);
    expect(take("phone", 21)).toBe(0.1);
    expect(take("phone", 20)).toBeUndefined();
    wait(24 * 60 * 60);
    expect(take("phone", most + 1)).toBe(0.1);
    expect(take("phone", most)).toBeUndefined();
  });

  it("is not used up by what is refused", () => {
    const { take, wait, most } = budget();
    take("phone", most);
    for (let request = 0; request < 100; request++) take("phone", 10);
    wait(1);
    expect(take("phone", 10)).toBeUndefined();
  });

  it("is not used up by another phone", () => {
    const { take, most } = budget();
    take("one", most);
    expect(take("other", most)).toBeUndefined();
  });

  it("neither grows nor shrinks when the clock is set back", () => {
    const { take, wait } = budget();
    take("phone", 295);
    wait(-3600);
    expect(take("phone", 6)).toBe(0.1);
    expect(take("phone", 5)).toBeUndefined();
  });
});
