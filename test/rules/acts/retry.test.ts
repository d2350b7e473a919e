import { describe, expect, it } from "vitest";
import { lookAgain, uncontended } from "../../../shared/acts/retry.ts";
import { Problem } from "../../../shared/errors/problem.ts";

/** Notes the pauses, and lets them pass at once. @param byte what each draw of randomness gives */
function clockOf(byte: number) {
  const pauses: number[] = [];
  const system = {
    random: (size: number) => new Uint8Array(size).fill(byte),
    wait: async (milliseconds: number) => void pauses.push(milliseconds),
  };
  return { pauses, system };
}

describe("an act that met another", () => {
  it("is run again on a fresh read, after a pause that grows", async () => {
    const { pauses, system } = clockOf(255);
    let runs = 0;
    const act = async () => (++runs < 4 ? lookAgain() : "done");
    expect(await uncontended(system, act)).toBe("done");
    expect(pauses).toEqual([8, 16, 32]);
  });

  it("pauses for a time that another one hardly has too: they would meet again", async () => {
    const [least, most] = [clockOf(0), clockOf(255)];
    for (const { system } of [least, most]) {
      let runs = 0;
      await uncontended(system, async () => (++runs < 2 ? lookAgain() : undefined));
    }
    expect(least.pauses[0]).toBeGreaterThan(0);
    expect(most.pauses[0]).toBe(256 * (least.pauses[0] ?? 0));
  });

  it("asks the phone to come back after four runs, and says when", async () => {
    const { pauses, system } = clockOf(0);
    let runs = 0;
    const refused = await uncontended(system, async () => {
      runs++;
      return lookAgain();
    }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({ code: "busy", headers: { "Retry-After": "1" } });
    expect([runs, pauses.length]).toEqual([4, 3]);
  });

  it("is not run again for anything else", async () => {
    const { pauses, system } = clockOf(0);
    const failed = uncontended(system, async () => {
      throw new TypeError("a mistake");
    });
    await expect(failed).rejects.toThrow(TypeError);
    expect(pauses).toEqual([]);
  });
});
