import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packed } from "../../../shared/model/storedOwner.ts";
import { ids, owner as ownerKind } from "../../../shared/store/items.ts";
import { BATCH_OPERATIONS, type Operation, type StoredItem } from "../../../shared/store/port.ts";
import { parseItem } from "../../../shared/store/schema.ts";
import { readPartition } from "../partition.ts";
import { type Case, casesOf, createHarness, type Harness, noAnswer, titleOf } from "./harness.ts";
import { type Call, type Stage, type StagePhone, withVersions } from "./stage.ts";

// What is destroyed in more than one commit, where there is much of it.

let harness: Harness;

beforeAll(async () => {
  harness = await createHarness();
});

afterAll(() => harness.close());

interface Destroying {
  /** What there is to destroy besides what a phone with a version has. */
  readonly more: (items: readonly StoredItem[]) => readonly Operation[];
  readonly destroy: (phone: StagePhone) => ReturnType<Call>;
  /** What holds at any moment once something is gone. */
  readonly onTheWay: (items: readonly StoredItem[]) => void;
  readonly inTheEnd: (items: readonly StoredItem[]) => void;
}

/** Has every call of the request fail in every way, and the phone ask again until it is done. */
async function play({ more, destroy, onTheWay, inTheEnd }: Destroying): Promise<void> {
  for (const planned of casesOf(await playOnce(undefined))) {
    await playOnce(planned).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${titleOf(planned)}: ${reason}`, { cause });
    });
  }

  async function playOnce(planned: Case | undefined) {
    let phone: StagePhone | undefined;
    const prepare = async (stage: Stage): Promise<Call> => {
      const made = await withVersions(stage, 1);
      phone = made;
      return () => destroy(made);
    };
    const { partition, call } = await harness.prepare(prepare);
    await harness.put(partition, more(await harness.stored(partition)));
    const before = await harness.stored(partition);

    harness.watch(planned);
    const first = await call().catch(noAnswer);
    const made = harness.calls();
    harness.watch();
    if (!planned) expect(first).toMatchObject({ ok: true });
    await look();
    if (planned?.landing === "before the retry") await harness.land();
    await look();
    if (first?.ok === false) harness.pass(first.retryAfter ?? 0);
    harness.landWithin(planned?.landing === "within the retry");
    // The phone is gone with the rest where the answer alone was lost.
    const retry = await call();
    if (!retry.ok) expect(retry.problem.code).toBe("device-not-registered");
    harness.landWithin(false);
    await harness.land();
    inTheEnd(await harness.stored(partition));
    expect(phone?.state().userKey).toBeUndefined();
    return made;

    async function look(): Promise<void> {
      const items = await harness.stored(partition, true);
      if (JSON.stringify(items) !== JSON.stringify(before)) onTheWay(items);
    }
  }
}

const ownerOf = (items: readonly StoredItem[]) => readPartition(items, harness.now(), true).owner;

describe("erasing", () => {
  /** Outcomes, as many as fit in a commit together with all the rest, or more than that. */
  function outcomes(count: number): Operation[] {
    return Array.from({ length: count }, (_, at) => ({
      kind: "create",
      id: ids.idempotency(`k${at}`.padEnd(22, "A")),
      body: { schema: 1, request: "r".repeat(43), outcome: {} },
      ttl: 600,
    }));
  }

  const held = (items: readonly StoredItem[]) => items.filter(({ id }) => !id.startsWith(ids.proof("")));
  const empty = (items: readonly StoredItem[]) => expect(held(items)).toEqual([]);

  it("takes all that is held in one commit, or nothing, whatever fails [H7]", async () => {
    await play({
      more: () => outcomes(1),
      destroy: (phone) => phone.erase(),
      onTheWay: empty,
      inTheEnd: empty,
    });
  });

  it("takes the key first and the phone last where there is more, so that it can be asked again [H7]", async () => {
    await play({
      more: () => outcomes(2 * BATCH_OPERATIONS),
      destroy: (phone) => phone.erase(),
      onTheWay: (items) => {
        if (held(items).length === 0) return;
        const owner = ownerOf(items);
        expect(owner?.backup.state).toBe("deleted");
        expect(owner?.devices).toHaveLength(1);
      },
      inTheEnd: empty,
    });
  });
});

describe("turning backup off with a long history", () => {
  /** So many versions of the same contents; `current` is one of them. */
  const history = (count: number, current: number) => (items: readonly StoredItem[]) => {
    const stored = items.find(({ id }) => id === ids.owner);
    const first = items.find(({ id }) => id === ids.envelope(1));
    const owner = stored && parseItem(ownerKind, stored);
    if (!stored || !first || owner?.backup.state !== "on") return expect.fail("there is no backup");
    const numbers = Array.from({ length: count }, (_, at) => count - at);
    const [version = expect.fail("there is no version")] = owner.backup.versions;
    const versions = numbers.map((number) => ({ ...version, version: number, sealedAs: 1 }));
    const backup = { ...owner.backup, current, versions };
    const body = packed({ ...owner, nextVersion: count + 1, backup });
    return [
      { kind: "replace", id: ids.owner, body, etag: stored.etag } as const,
      ...numbers.slice(0, -1).map(
        (number): Operation => ({
          kind: "create",
          id: ids.envelope(number),
          body: { ...first.body, version: number },
        }),
      ),
    ];
  };

  it.each([
    ["the newest", 150],
    ["the oldest, since those after it were denied", 1],
  ])(
    "leaves a shorter one on the way, in which the current version is there still: %s [F1]",
    async (_, current) => {
      await play({
        more: history(150, current),
        destroy: (phone) => phone.disable(),
        onTheWay: (items) => {
          const { backup } = ownerOf(items) ?? expect.fail("the owner is gone");
          if (backup.state !== "on") return;
          expect(backup.current).toBe(current);
          expect(backup.versions.length).toBeLessThan(150);
          readPartition(items, harness.now());
        },
        inTheEnd: (items) => {
          expect(ownerOf(items)?.backup.state).toBe("deleted");
          expect(items.filter(({ id }) => id.startsWith("envelope:"))).toEqual([]);
          expect(items.filter(({ body }) => body.type === "backup-deleted")).toHaveLength(1);
        },
      });
    },
  );
});
