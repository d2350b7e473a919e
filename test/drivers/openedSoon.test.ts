import { describe, expect, it } from "vitest";
import { openedSoon } from "../../functions/compose/openedSoon.ts";

interface Port {
  add(a: number, b: number): Promise<number>;
  count(): Promise<number>;
}

/** A port that knows how often it was opened, and how it was called. */
function counter() {
  const seen = { opened: 0 };
  const port: Port & { calls: number } = {
    calls: 0,
    async add(a, b) {
      this.calls++;
      return a + b;
    },
    async count() {
      return this.calls;
    },
  };
  const open = async (): Promise<Port> => {
    seen.opened++;
    return port;
  };
  return { seen, open };
}

const methods = { add: true, count: true } as const;

describe("a port that is opened soon", () => {
  it("is not opened before what is done now is over", async () => {
    const { seen, open } = counter();
    openedSoon<Port>(open, methods);
    await Promise.resolve();
    expect(seen.opened).toBe(0);
  });

  it("may be called at once, and is opened once", async () => {
    const { seen, open } = counter();
    const port = openedSoon<Port>(open, methods);
    expect(await Promise.all([port.add(1, 2), port.add(3, 4)])).toEqual([3, 7]);
    expect(await port.count()).toBe(2);
    expect(seen.opened).toBe(1);
  });

  it("has each method as its own, so that a copy of it has them too", async () => {
    const { open } = counter();
    const copy = { ...openedSoon<Port>(open, methods) };
    expect(Object.keys(copy)).toEqual(["add", "count"]);
    expect(await copy.add(1, 2)).toBe(3);
  });

  it("fails each call where it can't be opened", async () => {
    const failed = new Error("no such module");
    const port = openedSoon<Port>(() => Promise.reject(failed), methods);
    await expect(port.add(1, 2)).rejects.toBe(failed);
    await expect(port.count()).rejects.toBe(failed);
  });
});
