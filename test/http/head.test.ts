import { describe, expect, it } from "vitest";
import { sendRaw } from "../support/raw.ts";
import { startService } from "../support/service.ts";

/** What two answers to the same question may differ in. */
const OF_ONE_REQUEST = ["x-request-id", "date", "content-length", "transfer-encoding"];

describe("HEAD, as probes and proxies ask", () => {
  it.each([
    ["/v1/health", 200],
    ["/v1/ready", 200],
    ["/v1/openapi.json", 200],
    ["/v1/problems/backup-frozen", 200],
    ["/v1/problems/no-such-problem", 404],
    ["/v1/problems/NO", 400],
    ["/v1/nothing", 404],
  ])("of %s is answered as GET is, without the body", async (target, status) => {
    const { origin } = await startService();
    const ask = async (method: string) => {
      const headers = [["Accept-Language", "sv"]] as const;
      const answer = await sendRaw(origin, { method, target, headers });
      for (const name of OF_ONE_REQUEST) answer.headers.delete(name);
      return { status: answer.status, headers: [...answer.headers], body: answer.body };
    };
    const asked = await ask("GET");
    expect(asked.status).toBe(status);
    expect(asked.body).not.toBe("");
    expect(await ask("HEAD")).toEqual({ ...asked, body: "" });
  });

  it("tells of a service that is not ready", async () => {
    const service = await startService({
      wrap: (adapters) => ({
        ...adapters,
        store: { ...adapters.store, check: () => Promise.reject(new Error("no")) },
      }),
    });
    const answer = await sendRaw(service.origin, { method: "HEAD", target: "/v1/ready", headers: [] });
    expect([answer.status, answer.headers.get("Retry-After"), answer.body]).toEqual([503, "5", ""]);
  });

  it("of what is an owner's is refused: a look is a GET with a proof for it", async () => {
    const { origin } = await startService();
    const answer = await sendRaw(origin, { method: "HEAD", target: "/v1/backup", headers: [] });
    expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "GET, PUT, DELETE"]);
  });
});
