import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Fault } from "../../../local/cloud/vaultServer/faults.ts";
import { metered } from "../../../shared/meter.ts";
import type { Notify, Sent } from "../../../shared/notify/port.ts";
import { APNS, FCM, NOTICE, uuid } from "../../contract/notify.ts";
import { NOW, startStage } from "./stage.ts";

const CODE = { kind: "code", code: "271828" } as const;
const ADDRESS = "alice@example.com";
const NUMBER = "+46701234567";

const SENDS: Readonly<Record<string, (notify: Notify, timeLimit?: number) => Promise<Sent>>> = {
  push: (notify, timeLimit = 5_000) => notify.push({ id: uuid(1), target: FCM, content: NOTICE, timeLimit }),
  mail: (notify, timeLimit = 5_000) =>
    notify.mail({ id: uuid(2), to: ADDRESS, language: "en", content: CODE, timeLimit }),
  text: (notify, timeLimit = 5_000) =>
    notify.text({ id: uuid(3), to: NUMBER, language: "en", content: CODE, timeLimit }),
};

/** Milliseconds of the tests' own clock: more than passes on it while a request is on its way. */
const LIMIT = 60 * 60 * 1000;

/** Milliseconds in which a request surely arrives. */
const WAIT = 10_000;

afterEach(() => {
  vi.useRealTimers();
});

const sends = Object.entries(SENDS);

const answer = (status: number, headers: Readonly<Record<string, string>> = {}): Fault => ({
  status,
  headers,
  body: "not JSON, and it repeats 271828",
});

const refused = { outcome: "refused", reason: "request-refused" } as const;
const unknown = { outcome: "unknown" } as const;
const busy = (retryAfter: number) => ({ outcome: "busy", retryAfter }) as const;

const OUTCOMES: readonly (readonly [name: string, fault: Fault, outcome: Sent])[] = [
  ["400", answer(400), refused],
  ["403", answer(403), busy(60)],
  ["404", answer(404), busy(60)],
  ["409", answer(409), unknown],
  ["413", answer(413), refused],
  ["422", answer(422), refused],
  ["429 with Retry-After", answer(429, { "Retry-After": "7" }), busy(7)],
  ["429 without it", answer(429), busy(10)],
  ["429 until a date", answer(429, { "Retry-After": new Date(NOW + 30_000).toUTCString() }), busy(30)],
  ["429 for years", answer(429, { "Retry-After": "99999999999999999999" }), busy(3600)],
  ["429 for no time", answer(429, { "Retry-After": "soon" }), busy(10)],
  ["429 with a past date", answer(429, { "Retry-After": new Date(NOW - 1000).toUTCString() }), busy(10)],
  ["503", answer(503), busy(10)],
  ["503 with Retry-After", answer(503, { "Retry-After": "120" }), busy(120)],
  ["500", answer(500), unknown],
  ["502", answer(502), unknown],
  ["504", answer(504), unknown],
  ["a redirection", answer(307, { Location: "https://elsewhere.example/" }), refused],
  ["a connection that drops before it has acted", "drop-before", unknown],
  ["a connection that drops after it has accepted", "drop-after", unknown],
];

describe.each(sends)("a %s is sent once, and throws nothing, where the platform gives", (name, send) => {
  it.each(OUTCOMES)("%s", async (_, fault, outcome) => {
    const { open, seen, fault: order } = await startStage();
    order({ fault });
    expect(await send(open())).toEqual(outcome);
    expect(seen).toHaveLength(1);
  });

  it("no answer: it gives up at the limit, and doesn't know", async () => {
    const { open, seen, fault } = await startStage();
    fault({ fault: "no-answer" });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const sent = send(open(), LIMIT);
    await vi.waitFor(() => expect(seen).toHaveLength(1), WAIT);
    await vi.advanceTimersByTimeAsync(LIMIT);
    expect(await sent).toEqual(unknown);
    expect(seen).toHaveLength(1);
  });

  it("an address that leads nowhere: it was surely not sent", async () => {
    const { open, agent, close } = await startStage();
    const { host, port, ca } = agent.options as { host: string; port: number; ca: string[] };
    expect([host, port > 0, ca.length]).toEqual(["127.0.0.1", true, 2]);
    const notify = open();
    await close();
    expect(await send(notify)).toEqual(busy(10));
  });

  it("anything at all: log lines and outcomes tell neither token, address nor code [C4]", async () => {
    const { open, hubs, fault } = await startStage();
    const { primary, secondary } = hubs.keys;
    for (const [, each] of OUTCOMES) {
      fault({ fault: each });
      const notify = open();
      const { result, calls } = await metered(() => send(notify));
      expect(calls).toMatchObject([{ port: "notify", operation: name, outcome: expect.any(String) }]);
      const told = inspect([result, calls], { depth: 9 });
      for (const secret of [FCM.token, ADDRESS, NUMBER, CODE.code, primary, secondary, "Bearer"]) {
        expect(told).not.toContain(secret);
      }
    }
  });
});

it.each(sends)("a %s whose acceptance was lost is told apart from one that was refused", async (_, send) => {
  const { open, arrived, fault } = await startStage();
  fault({ fault: "drop-after" });
  expect(await send(open())).toEqual(unknown);
  expect(arrived).toHaveLength(1);
});

it.each(["mail", "text"])("a %s that is sent again after a lost answer arrives once", async (name) => {
  const { open, arrived, fault } = await startStage();
  fault({ fault: "drop-after" });
  expect(await SENDS[name]?.(open())).toEqual(unknown);
  expect(await SENDS[name]?.(open())).toEqual({ outcome: "sent" });
  expect(arrived).toHaveLength(1);
});

it.each(sends)("a %s carries its outcome into the log line of the request", async (name, send) => {
  const { open } = await startStage();
  const { calls } = await metered(() => send(open()));
  expect(calls).toEqual([{ port: "notify", operation: name, outcome: "sent", milliseconds: 0 }]);
});

it("a push to APNs is refused by the wrong platform's form, and no token is said to be gone", async () => {
  const { open } = await startStage();
  const target = { ...APNS, token: "not hexadecimal".replaceAll(" ", "-") };
  const sent = await open().push({ id: uuid(1), target, content: NOTICE, timeLimit: 5_000 });
  expect(sent).toEqual(refused);
});
