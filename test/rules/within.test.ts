import { describe, expect, it, vi } from "vitest";
import { TimeoutError, within } from "../../shared/within.ts";

function fakeTimers() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  return { [Symbol.dispose]: () => vi.useRealTimers() };
}

/** An act that ends when it likes. */
function hanging() {
  const { promise, resolve } = Promise.withResolvers<string>();
  let given: AbortSignal | undefined;
  const act = (signal: AbortSignal) => {
    given = signal;
    return promise;
  };
  return { act, resolve, signal: () => given };
}

describe("a time limit", () => {
  it("lets through what comes in time, and leaves no timer behind", async () => {
    using _ = fakeTimers();
    const { act, resolve, signal } = hanging();
    const done = within(10, act);
    await vi.advanceTimersByTimeAsync(9);
    resolve("in time");
    expect(await done).toBe("in time");
    expect(vi.getTimerCount()).toBe(0);
    expect(signal()?.aborted).toBe(false);
  });

  it("lets through what fails in time, and leaves no timer behind", async () => {
    using _ = fakeTimers();
    const failed = new Error("failed");
    await expect(within(10, () => Promise.reject(failed))).rejects.toBe(failed);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends the wait for what does not heed the signal", async () => {
    using _ = fakeTimers();
    const { act, signal } = hanging();
    const refused = expect(within(10, act)).rejects.toThrow(new TimeoutError("no answer within 10 ms"));
    await vi.advanceTimersByTimeAsync(10);
    await refused;
    expect(signal()?.reason).toBeInstanceOf(TimeoutError);
  });

  it("throws the error that its caller makes of it, whatever becomes of the aborted act", async () => {
    using _ = fakeTimers();
    class Busy extends Error {}
    const heeding = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    const late = (cause: Error) => new Busy("busy", { cause });
    const refused = expect(within(10, heeding, late)).rejects.toBeInstanceOf(Busy);
    await vi.advanceTimersByTimeAsync(10);
    await refused;
  });
});
