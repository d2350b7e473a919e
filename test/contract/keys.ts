import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type KeyEncryptionKey, type KeyFault, KeyUnavailable } from "../../shared/keys/port.ts";

const OWNER = "Q0VPIG9mIEFjbWU";

/** What a driver's test gives the contract. */
type OpenKey = () => Promise<OpenedKey>;

interface OpenedKey {
  readonly key: KeyEncryptionKey;
  /** The same key, as another instance of the service opens it. */
  readonly another: () => Promise<KeyEncryptionKey>;
  /** A key that `key` knows nothing of. */
  readonly foreign: () => Promise<KeyEncryptionKey>;
}

/** What `shared/keys/port.ts` promises, tested on one driver. */
export function keyContract(name: string, open: OpenKey): void {
  async function expectFault(unwrapped: Promise<Uint8Array>, ...faults: KeyFault[]): Promise<void> {
    const error = await unwrapped.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(KeyUnavailable);
    expect(faults).toContain((error as KeyUnavailable).fault);
  }

  describe(name, () => {
    it.each([0, 1, 32, 190])("gives back the %i bytes that it wrapped", async (size) => {
      const { key } = await open();
      const plaintext = randomBytes(size);
      expect(Buffer.from(await key.unwrap(await key.wrap(plaintext, OWNER)))).toEqual(plaintext);
    });

    it("refuses one byte more than it can wrap", async () => {
      const { key } = await open();
      await expect(key.wrap(new Uint8Array(191), OWNER)).rejects.toThrow(RangeError);
    });

    it("takes a view for the bytes it shows, not for its whole buffer", async () => {
      const { key } = await open();
      const plaintext = Uint8Array.of(0, 1, 2, 3, 4).subarray(1, 4);
      expect([...(await key.unwrap(await key.wrap(plaintext, OWNER)))]).toEqual([1, 2, 3]);
    });

    it("names the algorithm and the version of the key, and gives 256 bytes in base64url", async () => {
      const { key, another, foreign } = await open();
      const wrapped = await key.wrap(randomBytes(32), OWNER);
      expect(wrapped.alg).toBe("RSA-OAEP-256");
      expect(wrapped.value).toMatch(/^[A-Za-z0-9_-]{342}$/);
      expect((await (await another()).wrap(randomBytes(32), OWNER)).kek).toBe(wrapped.kek);
      expect((await (await foreign()).wrap(randomBytes(32), OWNER)).kek).not.toBe(wrapped.kek);
    });

    it("wraps the same bytes differently each time", async () => {
      const { key } = await open();
      const plaintext = randomBytes(32);
      const values = await Promise.all(
        Array.from({ length: 8 }, async () => (await key.wrap(plaintext, OWNER)).value),
      );
      expect(new Set(values).size).toBe(8);
    });

    it("unwraps what another instance has wrapped", async () => {
      const { key, another } = await open();
      const plaintext = randomBytes(32);
      const unwrapped = await (await another()).unwrap(await key.wrap(plaintext, OWNER));
      expect(Buffer.from(unwrapped)).toEqual(plaintext);
    });

    it("gives each of many concurrent callers their own", async () => {
      const { key } = await open();
      const plaintexts = Array.from({ length: 32 }, (_, n) => createHash("sha256").update(`${n}`).digest());
      const unwrapped = await Promise.all(
        plaintexts.map(async (plaintext) => Buffer.from(await key.unwrap(await key.wrap(plaintext, OWNER)))),
      );
      expect(unwrapped).toEqual(plaintexts);
    });

    it("can't unwrap what a key it doesn't know has wrapped, and says which of the two doesn't fit", async () => {
      const { key, foreign } = await open();
      const wrapped = await (await foreign()).wrap(randomBytes(32), OWNER);
      const own = await key.wrap(randomBytes(32), OWNER);
      await expectFault(key.unwrap(wrapped), "missing", "unknown-vault");
      await expectFault(key.unwrap({ ...own, kek: wrapped.kek }), "missing", "unknown-vault");
      await expectFault(key.unwrap({ ...wrapped, kek: own.kek }), "broken-value");
    });

    it.each<[string, (value: Buffer) => Buffer]>([
      ["has a bit changed", (value) => value.fill((value.at(128) ?? 0) ^ 1, 128, 129)],
      ["is truncated", (value) => value.subarray(0, 255)],
      ["is too long", (value) => Buffer.concat([value, value])],
      ["is empty", () => Buffer.alloc(0)],
      ["is larger than the modulus", () => Buffer.alloc(256, 0xff)],
    ])("can't unwrap a value that %s, and says that it's broken", async (_, damage) => {
      const { key } = await open();
      const wrapped = await key.wrap(randomBytes(32), OWNER);
      const value = damage(Buffer.from(wrapped.value, "base64url")).toString("base64url");
      await expectFault(key.unwrap({ ...wrapped, value }), "broken-value");
    });

    it("says that it can be used", async () => {
      const { key } = await open();
      await expect(key.check()).resolves.toBeUndefined();
    });
  });
}
