import { describe, expect, it } from "vitest";
import { createPhone } from "../../local/phone/acts/phone.ts";
import { signIn } from "../../local/phone/cli/tokens.ts";
import { SmokeFailed, smoke } from "../../scripts/smoke.ts";
import { contents } from "../support/accounts.ts";
import { expectOk, startService, type TestService } from "../support/service.ts";

/** Tries a service, and tells what was said, what it failed with and how long it waited for it. */
async function tried(
  service: TestService,
  { owner = "smoke", carry = fetch }: { owner?: string; carry?: typeof fetch } = {},
) {
  await service.sweep();
  const said: string[] = [];
  let waited = 0;
  const failure = await smoke({
    origin: service.origin,
    token: () => signIn(service.origin, owner, fetch),
    fetch: carry,
    within: 60_000,
    now: () => waited,
    pause: async (milliseconds) => {
      waited += milliseconds;
    },
    say: (line) => said.push(line),
  }).catch((error: unknown) => error);
  return { said, waited, failure };
}

/** What answers `ready` so, `times` times, before the service does. */
function first(times: number, answer: () => Response): typeof fetch {
  let left = times;
  return async (input, init) =>
    String(input).endsWith("/v1/ready") && left-- > 0 ? answer() : await fetch(input, init);
}

describe("the smoke test", () => {
  it("backs up, recovers on another phone, and leaves nothing", async () => {
    const service = await startService();
    expect(await tried(service)).toEqual({
      said: ["ready", "backed up", "recovered on another phone", "erased"],
      waited: 0,
      failure: undefined,
    });
    expect(await tried(service)).toMatchObject({ failure: undefined });
  });

  it("waits for a service that is not ready, and for timers that don't run yet", async () => {
    const service = await startService();
    const unready = () => Response.json({ code: "not-ready", parts: ["keys"] }, { status: 503 });
    const stale = () => Response.json({ status: "ready", sweep: "stale" });
    for (const answer of [unready, stale, () => new Response("<html>", { status: 502 })]) {
      const { said, waited } = await tried(service, { carry: first(3, answer) });
      expect(waited).toBe(15_000);
      expect(said).toContain("erased");
    }
  });

  it("tells what a service says of itself that does not get ready", async () => {
    const service = await startService();
    const unready = () => Response.json({ code: "not-ready", parts: ["keys"] }, { status: 503 });
    const { failure, said } = await tried(service, { carry: first(1_000, unready) });
    expect(failure).toEqual(new SmokeFailed("not ready: 503 not-ready keys"));
    expect(said).toEqual([]);
  });

  it("fails where a step fails, names its code, and erases what there is", async () => {
    const service = await startService();
    const broken: typeof fetch = async (input, init) =>
      init?.method === "POST" && String(input).endsWith("/v1/recoveries")
        ? Response.json(
            { status: 503, code: "store-unavailable", instance: "urn:uuid:1", title: "", detail: "" },
            { status: 503 },
          )
        : await fetch(input, init);
    const { failure, said } = await tried(service, { carry: broken });
    expect(String(failure)).toMatch(/^SmokeFailed: /);
    expect(said).toEqual(["ready", "backed up"]);
    expect(await tried(service)).toMatchObject({ failure: undefined });
  });

  it("touches no backup that was there before", async () => {
    const service = await startService();
    const phone = await createPhone({
      origin: service.origin,
      platform: "android",
      version: "6.8.0",
      name: "Bob's",
      token: () => signIn(service.origin, "bob", fetch),
    });
    expectOk(await phone.register());
    expectOk(await phone.enable());
    expectOk(await phone.upload(contents));
    const { failure } = await tried(service, { owner: "bob" });
    expect(failure).toEqual(new SmokeFailed("this owner has a backup: take one who has none"));
    expect(await phone.status()).toMatchObject({ ok: true, body: { state: "on" } });
    expect(await phone.devices()).toMatchObject({ ok: true, body: { devices: [{ name: "Bob's" }] } });
  });
});
