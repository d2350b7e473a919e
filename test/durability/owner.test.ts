import { describe, expect, it } from "vitest";
import { ownerOfToken } from "../../local/phone/protocol/ownerId.ts";
import { system } from "../../shared/system.ts";
import { startService } from "../support/service.ts";
import { checkOwner } from "./checkOwner.ts";
import { createOwner, keepUsing } from "./owner.ts";
import { seeded } from "./random.ts";

/** An owner whose requests are each answered with `problem` first, and by the service the second time. */
async function refusedFirst(
  problem: { readonly code: string; readonly retryable: boolean },
  retryAfter: number,
) {
  const service = await startService();
  const seen = new Set<string>();
  let refusals = 0;
  const answer = { type: "about:blank", title: "", status: 503, detail: "", instance: "", remedy: "" };
  const owner = await createOwner(
    {
      origin: service.origin,
      system: { now: service.now, random: system.random },
      userId: ownerOfToken(await service.issuer.sign({ owner: "alice" })),
      signIn: () => () => service.issuer.sign({ owner: "alice" }),
      fetch: async (input, init) => {
        const request = `${init?.method} ${input} ${init?.body}`;
        if (seen.delete(request)) return await fetch(input, init);
        seen.add(request);
        refusals++;
        const headers = { "Retry-After": String(retryAfter) };
        return Response.json({ ...answer, ...problem }, { status: 503, headers });
      },
    },
    seeded(1),
  );
  return { owner, refusals: () => refusals };
}

describe("a phone of the durability test", () => {
  it("does again what was refused as busy, and loses nothing by it", async () => {
    const { owner, refusals } = await refusedFirst({ code: "busy", retryable: true }, 1);
    const over = new AbortController();
    let acknowledged = 0;
    await keepUsing(owner, owner.first, {
      over: over.signal,
      acknowledged: () => {
        acknowledged++;
        if (acknowledged === 5) over.abort();
      },
    });
    await checkOwner(owner);
    expect(owner.ledger.history(new Set())).toEqual([3, 2, 1]);
    expect(refusals()).toBeGreaterThan(acknowledged);
  });

  it.each([
    ["for good", { code: "internal", retryable: false }, 1],
    ["for a day", { code: "too-many-tries", retryable: true }, 86_400],
  ])("fails where it is refused %s", async (_, problem, retryAfter) => {
    const { owner } = await refusedFirst(problem, retryAfter);
    const using = keepUsing(owner, owner.first, {
      over: new AbortController().signal,
      acknowledged: () => {},
    });
    await expect(using).rejects.toThrow(problem.code);
  });
});
