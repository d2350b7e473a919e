import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Operation } from "../../../shared/store/port.ts";
import type { StoreFixture } from "./fixture.ts";

/** A partition as the port describes it. */
type Model = Map<string, { etag: string; body: unknown; expires: number }>;

interface Intent {
  readonly kind: Operation["kind"];
  readonly id: string;
  /** The item's own, one that it or another item has had, or, where a delete can do without, none. */
  readonly etag: "current" | "earlier" | "none";
  readonly value: number;
  readonly ttl: 1 | 2 | undefined;
}

/** What a clock counts: times to live end on it. */
export type ClockStep = "milliseconds" | "seconds" | "none";

/** Milliseconds that go by between two commits; with none, nothing has a time to live. */
const ELAPSED: Readonly<Record<ClockStep, readonly number[]>> = {
  milliseconds: [0, 0, 1, 999, 1_000],
  seconds: [0, 0, 1_000, 2_000],
  none: [0],
};

function steps(clock: ClockStep) {
  const intent: fc.Arbitrary<Intent> = fc.record({
    kind: fc.constantFrom("create", "replace", "delete"),
    id: fc.constantFrom("a", "ab", "a%", "b", "\u{1F600}", "\uFFFD"),
    etag: fc.oneof(
      { arbitrary: fc.constant("current" as const), weight: 4 },
      fc.constantFrom("earlier" as const, "none" as const),
    ),
    value: fc.nat(9),
    ttl: clock === "none" ? fc.constant(undefined) : fc.constantFrom(undefined, 1, 2),
  });
  const step = fc.record({
    elapsed: fc.constantFrom(...ELAPSED[clock]),
    intents: fc.uniqueArray(intent, { selector: ({ id }) => id, minLength: 1, maxLength: 4 }),
  });
  return fc.array(step, { maxLength: 15 });
}

function toOperation(
  { kind, id, etag, value, ttl }: Intent,
  model: Model,
  used: readonly string[],
): Operation {
  const tag = (etag === "earlier" ? used[value] : model.get(id)?.etag) ?? "unknown";
  if (kind === "delete") return { kind, id, ...(etag === "none" ? {} : { etag: tag }) };
  const content = { id, body: { value }, ...(ttl === undefined ? {} : { ttl }) };
  return kind === "create" ? { kind, ...content } : { kind, etag: tag, ...content };
}

function refusal(operation: Operation, model: Model) {
  const found = model.get(operation.id);
  if (operation.kind === "create") return found && "exists";
  if (!found) return "missing";
  return operation.etag === undefined || operation.etag === found.etag ? undefined : "changed";
}

export function modelContract(start: () => Promise<StoreFixture>, step: ClockStep): void {
  it("does what a plain map does", async () => {
    const { store, clock } = await start();
    await fc.assert(
      fc.asyncProperty(steps(step), async (steps) => {
        const partition = randomUUID();
        const model: Model = new Map();
        const used: string[] = [];
        for (const { elapsed, intents } of steps) {
          clock.time += elapsed;
          for (const [id, { expires }] of model) if (expires <= clock.time) model.delete(id);

          const operations = intents.map((intent) => toOperation(intent, model, used));
          const refused = operations.find((operation) => refusal(operation, model));
          const outcome = await store.commit(partition, operations);
          if (refused || !outcome.committed) {
            expect(outcome).toEqual({
              committed: false,
              id: refused?.id,
              reason: refused && refusal(refused, model),
            });
          } else {
            for (const operation of operations) {
              model.delete(operation.id);
              if (operation.kind === "delete") continue;
              const etag = outcome.etags.get(operation.id) ?? expect.fail(`no ETag of ${operation.id}`);
              expect(used).not.toContain(etag);
              used.push(etag);
              const expires = operation.ttl === undefined ? Infinity : clock.time + operation.ttl * 1000;
              model.set(operation.id, { etag, body: operation.body, expires });
            }
          }

          const expected = [...model.keys()].sort().map((id) => {
            const { etag, body } = model.get(id) ?? expect.fail();
            return { id, etag, body };
          });
          expect(await store.list(partition, "")).toEqual(expected);
          expect(await store.list(partition, "a")).toEqual(expected.filter(({ id }) => id.startsWith("a")));
        }
      }),
    );
  });
}
