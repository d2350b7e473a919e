import * as z from "zod";
import { problem, withHeaders } from "../../shared/errors/problem.ts";
import { anonymous } from "../../shared/http/endpoint.ts";

/** GET ready: store and keys can be used. */
export const ready = anonymous(
  {
    name: "service-ready",
    method: "GET",
    route: "ready",
    summary: "Tells whether the store and the key encryption key can be used, and which one can't.",
    answers: { 200: z.strictObject({ status: z.literal("ready") }) },
    problems: ["not-ready"],
  },
  async ({ services: { store, kek } }) => {
    const [storeCheck, keysCheck] = await Promise.allSettled([store.check(), kek.check()]);
    const parts: ("store" | "keys")[] = [];
    if (storeCheck.status === "rejected") parts.push("store");
    if (keysCheck.status === "rejected") parts.push("keys");
    if (parts.length > 0) throw withHeaders(problem("not-ready", { parts }), { "Retry-After": "5" });
    return { status: 200, body: { status: "ready" } };
  },
);
