import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { endpoints } from "../../functions/endpoints.ts";
import { isForRole } from "../../shared/http/endpoint.ts";
import { ROUTE_PREFIX } from "../../shared/http/message.ts";
import { activationState } from "../../shared/provider/state.ts";
import {
  claimed,
  goesOn,
  holds,
  placeIn,
  providerOf,
  pushed,
  TENANT,
} from "../behaviours/providers/stage.ts";
import { maskVarying } from "../faults/partition.ts";
import { registeredPhone, startService } from "../support/service.ts";

const document = readFileSync(new URL("../../docs/provider.md", import.meta.url), "utf8");

/** A request and its answer, as the document shows them. */
interface Shown {
  readonly method: string;
  /** Below `provider/`. */
  readonly path: string;
  readonly key: string | undefined;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

const parse = (text: string) => (text === "" ? undefined : JSON.parse(text));

const shown: readonly Shown[] = Array.from(document.matchAll(/```http\n(.+?)\n```/gs), ([, text = ""]) => {
  const [, method = "", path = ""] = /^([A-Z]+) \/v1\/provider\/(\S+)\n/.exec(text) ?? [];
  const [, given = ""] = /\n\n(\{.+\})\n\n\d{3}/.exec(text) ?? [];
  const [, status = "", answer = ""] = /\n\n(\d{3})\n?(.*)$/.exec(text) ?? [];
  const [, key] = /^Idempotency-Key: (.+)$/m.exec(text) ?? [];
  return { method, path, key, body: parse(given), status: Number(status), answer: parse(answer) };
});

/** An answer without what differs each time: ids, keys, times, the code, and where the service is. */
const masked = (answer: unknown) =>
  maskVarying(answer)
    .replace(/\d{12}/g, "#")
    .replace(/https?:\/\/[^/"]+\/activate/g, "/activate");

describe("docs/provider.md", () => {
  it("shows one exchange as it happens [E4] [E13] [E15]", async () => {
    const service = await startService();
    const provider = providerOf(service);
    const phone = await registeredPhone(service);
    const real = new Map<string, string>();
    let step = 0;
    /** Plays what is shown next, and holds the answer to what stands there. @returns the answer */
    async function play() {
      const next = shown[step++] ?? expect.fail("nothing more is shown");
      const path = next.path.replace(/[^/]+\.[^/]+$/, (id) => real.get(id) ?? id);
      const { status, body } = await provider.ask(next.method, path, next.body, {
        ...(next.key !== undefined && { key: next.key }),
      });
      expect([status, masked(body)], `${next.method} ${next.path}`).toEqual([
        next.status,
        masked(next.answer),
      ]);
      for (const name of ["activationId", "credentialId"]) {
        const told = (next.answer as Record<string, string> | undefined)?.[name];
        if (told !== undefined) real.set(told, body[name]);
      }
      return body;
    }

    const { activationId } = await play();
    await play();
    const { challengeId } = await claimed(service, phone, activationId, { push: pushed(service) });
    await play();
    const { partition } = placeIn(activationId);
    const { id, publicKey } = await holds(service, phone, partition, { tenant: TENANT });
    await goesOn(service, phone, challengeId, { ended: "verified", credential: { id, publicKey } });
    await play();
    for (let left = shown.length - step; left > 0; left--) await play();
  });

  it("names every request, every role and every state", () => {
    const ofProviders = endpoints.filter(isForRole).filter(({ access }) => access.caller === "provider");
    expect(ofProviders.length).toBeGreaterThan(0);
    for (const { access, declaration } of ofProviders) {
      const path = `${declaration.method} /${ROUTE_PREFIX}/${declaration.route}`;
      const [base = ""] = path.split("{");
      expect.soft(document, path).toContain(base);
      expect.soft(document).toContain(`\`${access.role}\``);
    }
    for (const state of activationState.options) expect.soft(document).toContain(`| \`${state}\` |`);
  });
});
