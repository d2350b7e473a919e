import { describe, expect, it } from "vitest";
import { endpoints } from "../../functions/endpoints.ts";
import { workOf } from "../../shared/http/endpoint.ts";
import { WORK_AT_ONCE } from "../../shared/limits/work.ts";
import { ids } from "../../shared/store/items.ts";
import { contents } from "../support/accounts.ts";
import { partitionOf, userIdOf } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  problemOf,
  registeredPhone,
  startService,
  type TestPhone,
  type TestService,
} from "../support/service.ts";

/** Units a second. */
const WORK = 50;

/** How often `ask` succeeds until the phone has asked for too much, and the last answer. */
async function until429(ask: () => ReturnType<TestPhone["status"]>) {
  for (let times = 0; ; times++) {
    const answer = await ask();
    if (!answer.ok) return { times, refused: answer };
    if (times > WORK * WORK_AT_ONCE) throw new Error("it was never refused");
  }
}

async function startWithPhones(): Promise<{ service: TestService; busy: TestPhone; other: TestPhone }> {
  const service = await startService({ work: WORK });
  const busy = await backedUpPhone(service);
  expectOk(await busy.upload(contents));
  return { service, busy, other: await registeredPhone(service) };
}

describe("a phone that asks for too much", () => {
  it("is told to wait, and goes on after that [I6]", async () => {
    const { service, busy } = await startWithPhones();
    const { refused } = await until429(() => busy.status());
    expect(problemOf(refused)).toMatchObject({
      code: "too-many-requests",
      remedy: "retry-later",
      retryable: true,
    });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    service.advance(1);
    expectOk(await busy.status());
  });

  it("neither asks the store nor changes anything then [I6]", async () => {
    const { service, busy } = await startWithPhones();
    await until429(() => busy.status());
    const before = await partitionOf(service, busy);
    const { result, counts } = await service.counted(() => busy.upload(contents));
    expect(problemOf(result)).toMatchObject({ code: "too-many-requests" });
    expect(counts).toMatchObject({ read: 0, commit: 0 });
    expect(await partitionOf(service, busy)).toEqual(before);
  });

  it("stops no other phone, of its owner or of another [I6] [G9]", async () => {
    const { service, busy, other } = await startWithPhones();
    await until429(() => busy.status());
    expectOk(await other.status());
    expectOk(await other.recover());
    const stranger = await backedUpPhone(service, { owner: "bob" });
    expectOk(await stranger.upload(contents));
  });

  it("can't have a key unwrapped more than once a second [I6]", async () => {
    const { busy } = await startWithPhones();
    const { times } = await until429(() => busy.key() as ReturnType<TestPhone["status"]>);
    expect(times).toBeLessThanOrEqual(WORK_AT_ONCE);
  });
});

describe("a hundred exports at once", () => {
  it("are but a few that go on, each of a page that is not much larger than the largest item [I6]", async () => {
    const service = await startService({ work: WORK });
    const phone = await backedUpPhone(service);
    const userId = userIdOf(phone);
    const envelope = "e".repeat(900_000);
    for (let at = 0; at < 10; at++) {
      const operation = { kind: "create", id: ids.idempotency(`large-${at}`), body: { envelope } } as const;
      await service.adapters.store.commit(userId, [operation]);
    }
    const { result, counts } = await service.counted(() =>
      Promise.all(range(100).map(() => phone.send({ method: "POST", path: "/v1/me/export" }))),
    );
    const taken = result.filter(({ status }) => status !== 429);
    expect(taken.length).toBeLessThanOrEqual((WORK * WORK_AT_ONCE) / 100);
    // Two large items end a page.
    expect(counts.read).toBeLessThan(taken.length * 40);
    for (const { status, body } of taken) {
      expect([200, 503]).toContain(status);
      expect(JSON.stringify(body).length).toBeLessThan(2_000_000);
    }
    expect(taken.some(({ status }) => status === 200)).toBe(true);
  });
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}

describe("the work of an endpoint", () => {
  it("is that of an unwrap wherever a stored key may be opened for whoever asks again and again", () => {
    const opening = endpoints.filter(({ declaration }) =>
      ["backup-key", "recoveries-begin", "recoveries-open", "me-export", "me-export-next"].includes(
        declaration.name,
      ),
    );
    expect(opening).toHaveLength(5);
    for (const { declaration } of opening) expect(workOf(declaration)).toBeGreaterThanOrEqual(50);
  });

  it("is more for what writes than for what reads", () => {
    const cheapest = Math.min(
      ...endpoints
        .filter(({ declaration }) => declaration.method !== "GET")
        .map(({ declaration }) => workOf(declaration)),
    );
    expect(cheapest).toBeGreaterThanOrEqual(10);
  });
});
