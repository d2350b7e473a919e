import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KeyUnavailable } from "../../../shared/keys/port.ts";
import { createUserKeys } from "../../../shared/keys/userKeys.ts";
import { system } from "../../../shared/system.ts";

const OWNER = "u".repeat(43);
const MINUTE = 60_000;

/** User keys on a key encryption key that wraps nothing; what it and the service key were shown can be looked at. */
function setUp({ isBound = async () => true }: { readonly isBound?: () => Promise<boolean> } = {}) {
  const plaintexts: Uint8Array[] = [];
  const wrapped: Uint8Array[] = [];
  const keys: Uint8Array[] = [];
  const userKeys = createUserKeys({
    // Its clock stands still, as one does that is set back while a key is remembered.
    system: { ...system, now: () => 0 },
    serviceKey: {
      bind: async () => ({ serviceKey: "s", binding: new Uint8Array(32).fill(1) }),
      isBound: async ({ key }) => {
        keys.push(key);
        return await isBound();
      },
    },
    kek: {
      wrap: async (plaintext) => {
        plaintexts.push(plaintext);
        wrapped.push(Uint8Array.from(plaintext));
        return { kek: "kek", alg: "RSA-OAEP-256", value: String(wrapped.length - 1) };
      },
      unwrap: async ({ value }) => {
        const plaintext = Uint8Array.from(wrapped[Number(value)] ?? []);
        plaintexts.push(plaintext);
        return plaintext;
      },
    },
  });
  return { userKeys, plaintexts, keys };
}

/** What is copied while `act` runs. */
async function copiedBy(act: () => Promise<unknown>): Promise<Uint8Array[]> {
  const spy = vi.spyOn(Uint8Array.prototype, "slice");
  try {
    await act();
    return spy.mock.results.map(({ value }) => value as Uint8Array);
  } finally {
    spy.mockRestore();
  }
}

const isZeroed = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

describe("an opened user key", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is zeroed when its minute is over, though nobody asks again, and the clock is set back", async () => {
    const { userKeys } = setUp();
    const { stored, key } = await userKeys.create(OWNER, 1);
    const [remembered, ...others] = await copiedBy(() => userKeys.open(OWNER, stored));
    expect(others).toEqual([]);
    await vi.advanceTimersByTimeAsync(MINUTE - 1);
    expect(remembered).toEqual(Uint8Array.from(key));
    await vi.advanceTimersByTimeAsync(1);
    expect(remembered).toEqual(new Uint8Array(32));
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is opened again after that, and remembered for a whole minute again", async () => {
    const { userKeys, plaintexts } = setUp();
    const { stored, key } = await userKeys.create(OWNER, 1);
    for (const unwraps of [1, 2]) {
      for (let times = 0; times < 2; times++) {
        expect(Uint8Array.from(await userKeys.open(OWNER, stored))).toEqual(Uint8Array.from(key));
        await vi.advanceTimersByTimeAsync(MINUTE / 2);
      }
      // One plaintext was wrapped.
      expect(plaintexts).toHaveLength(1 + unwraps);
    }
  });

  it("is zeroed in each copy, where two requests open it at once", async () => {
    const { userKeys } = setUp();
    const { stored } = await userKeys.create(OWNER, 1);
    const open = () => userKeys.open(OWNER, stored);
    const copies = await copiedBy(() => Promise.all([open(), open()]));
    expect(copies).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(copies.every(isZeroed)).toBe(true);
  });

  it("leaves nothing of what was wrapped and unwrapped for it", async () => {
    const { userKeys, plaintexts } = setUp();
    const { stored } = await userKeys.create(OWNER, 1);
    await userKeys.open(OWNER, stored);
    expect(plaintexts).toHaveLength(2);
    expect(plaintexts.every(isZeroed)).toBe(true);
  });

  it.each<[string, () => Promise<boolean>]>([
    ["it is bound to another owner", async () => false],
    ["it can't be told", () => Promise.reject(new KeyUnavailable("broken-value"))],
  ])("leaves nothing where it is refused: %s", async (_, isBound) => {
    const { userKeys, keys, plaintexts } = setUp({ isBound });
    const { stored } = await userKeys.create(OWNER, 1);
    await expect(userKeys.open(OWNER, stored)).rejects.toThrow(KeyUnavailable);
    expect(keys).toHaveLength(1);
    expect([...keys, ...plaintexts].every(isZeroed)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
