import { describe, expect, it } from "vitest";
import { shownOf } from "../../../local/phone/cli/notices.ts";
import { run } from "../../../local/phone/cli/run.ts";
import { pushMessage } from "../../../shared/notify/payload.ts";
import { system } from "../../../shared/system.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { START, startService } from "../../support/service.ts";

const at = (second: number) => `2026-11-22T08:00:0${second}.000Z`;

/** As the platforms hand it to the app. */
function push(platform: "fcm" | "apns", noticeId: string, second: number) {
  const target = { platform, environment: "production", token: "t" } as const;
  return { at: at(second), ...pushMessage(target, { kind: "notice", noticeId }, START) };
}

describe("what a phone shows of its pushes", () => {
  it.each(["fcm", "apns"] as const)(
    "is each notice once, however often it came, the first first [I1]: %s",
    (platform) => {
      const messages = [push(platform, "b", 3), push(platform, "a", 2), push(platform, "a", 1)];
      expect(shownOf(messages)).toEqual([
        { at: at(1), noticeId: "a" },
        { at: at(3), noticeId: "b" },
      ]);
    },
  );

  it("is nothing of what the app does not know", () => {
    const target = { platform: "fcm", environment: "production", token: "t" } as const;
    const challenge = pushMessage(target, { kind: "challenge", challengeId: "c", nonce: "n" }, START);
    expect(
      shownOf([
        { at: at(1), ...challenge },
        { at: at(2), body: { text: "from somebody else" } },
      ]),
    ).toEqual([]);
  });
});

it("the command notices tells what this phone was told by push, and what others did [H5]", async () => {
  const service = await startService();
  const directory = await temporaryFolder();
  async function phone(...args: string[]) {
    const printed: string[] = [];
    const errors: string[] = [];
    const status = await run(["--origin", service.origin, ...args], {
      directory,
      system: { now: service.now, random: system.random },
      fetch,
      print: (text) => printed.push(text),
      printError: (text) => errors.push(text),
    });
    return { status, printed: printed.join("\n"), errors };
  }
  expect((await phone("turn-on", "--phone", "Old")).status).toBe(0);
  expect((await phone("notices", "--phone", "Old")).printed).toBe("This phone was told nothing.");

  await phone("register", "--phone", "New");
  const { printed } = await phone("notices", "--phone", "Old");
  expect(printed).toMatch(/^WHEN +NOTICE\n\d{4}-\d\d-\d\d \d\d:\d\d +[\w-]{22}\n/);
  expect(printed).toContain("device-registered  New");

  await phone("erase", "--confirm", "erase", "--phone", "Old");
  const left = await phone("notices", "--phone", "New");
  expect(left.status).toBe(0);
  expect(left.printed).toMatch(
    /^WHEN +NOTICE\n[^\n]+ [\w-]{22}\n\nThis phone was removed, or everything was erased\.$/,
  );
});
