import { beforeEach, describe, expect, it } from "vitest";
import { timeOf } from "../../../local/phone/cli/print/time.ts";
import { run } from "../../../local/phone/cli/run.ts";
import { system } from "../../../shared/system.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { START, startService, type TestService } from "../../support/service.ts";

const DAY = 86_400;
const SAMPLE = new URL("../../../local/phone/sample-accounts.json", import.meta.url).pathname;

let service: TestService;
let directory: string;
beforeEach(async () => {
  service = await startService({ clock: true });
  directory = await temporaryFolder();
});

/** Runs one command on a machine whose clock stands at {@link START}. */
async function phone(...args: string[]) {
  const printed: string[] = [];
  const errors: string[] = [];
  const status = await run(["--origin", service.origin, ...args], {
    directory,
    system: { now: () => START, random: system.random },
    fetch,
    print: (text) => printed.push(text),
    printError: (text) => errors.push(text),
  });
  return { status, printed: printed.join("\n"), errors: errors.join("\n") };
}

describe("the command clock", () => {
  it("tells the service's time", async () => {
    const told = `The service's clock says ${timeOf("2026-11-22T08:00:00.000Z")}, as this machine's.`;
    expect(await phone("clock")).toEqual({ status: 0, printed: told, errors: "" });
  });

  it.each([
    ["+7d", 7 * DAY, "7 days"],
    ["+12h", DAY / 2, "12 hours"],
    ["+600", 600, "10 minutes"],
    ["+90000", 90_000, "1 day 1 hour"],
  ])("moves it on by %s", async (move, seconds, ahead) => {
    const { status, printed } = await phone("clock", move);
    expect(status).toBe(0);
    const now = timeOf(new Date(START + seconds * 1000).toISOString());
    expect(printed).toBe(`The service's clock says ${now}, ahead by ${ahead}.`);
    expect(service.now()).toBe(START + seconds * 1000);
  });

  it.each(["7d", "+0", "+0d", "+", "+1w", "+1.5h", "+-5", "later"])(
    "refuses %s, and moves nothing",
    async (move) => {
      const { status, errors } = await phone("clock", move);
      expect([status, errors]).toEqual([1, expect.stringMatching(/\+7d|3d, 12h or 600/)]);
      expect(service.now()).toBe(START);
    },
  );

  it("says where there is no clock to be moved", async () => {
    service = await startService();
    const refused = { status: 1, printed: "", errors: `no clock can be moved at ${service.origin}` };
    expect(await phone("clock", "+7d")).toEqual(refused);
    expect(await phone("clock")).toEqual(refused);
  });

  it("needs no phone, and makes none", async () => {
    await phone("clock", "+7d");
    const { printed } = await phone("list");
    expect(printed.match(/android/g)).toHaveLength(1);
  });
});

describe("a phone whose service's clock was moved on", () => {
  it("makes its proofs by the service's time, and sees a waiting time end [H10]", async () => {
    await phone("turn-on");
    await phone("upload", SAMPLE);
    expect(await phone("policy", "--waiting", "3d")).toMatchObject({ status: 0 });
    const begun = await phone("recover", "--phone", "second");
    expect(begun.printed).toContain(timeOf("2026-11-25T08:00:00.000Z"));
    expect(await phone("open", "--phone", "second")).toMatchObject({ status: 1 });

    await phone("clock", "+3d");
    const opened = await phone("open", "--phone", "second");
    expect(opened).toMatchObject({ status: 0, printed: expect.stringContaining("12 accounts") });
  });

  it("goes by its own time where the host tells none, and by the service's once that finds it wrong", async () => {
    service = await startService();
    expect(await phone("turn-on")).toMatchObject({ status: 0 });
    service.advance(120);
    expect(await phone("status")).toMatchObject({ status: 0 });
  });
});
