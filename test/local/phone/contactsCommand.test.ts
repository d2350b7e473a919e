import { beforeEach, describe, expect, it } from "vitest";
import { lastCodeTo } from "../../support/codes.ts";
import { openTerminal, type Terminal } from "./support/terminal.ts";

const ADDRESS = "alice.liddell@wonderland.example";

let terminal: Terminal;
beforeEach(async () => {
  terminal = await openTerminal();
});

const printed: Terminal["printed"] = (...args) => terminal.printed(...args);
const told: Terminal["told"] = (...args) => terminal.told(...args);

const idIn = (text: string) => /contacts confirm (\S+) CODE/.exec(text)?.[1] ?? expect.fail(text);

describe("contacts at the command line [E14]", () => {
  it("are advised by the status, added, confirmed by their code, and listed by their hints", async () => {
    await terminal.backedUp();
    const advice = "You have no contact that would be told of a thief: contacts add ADDRESS-OR-NUMBER.";
    expect(await printed("status")).toContain(advice);
    expect(await printed("contacts")).toBe("You have no contacts: contacts add ADDRESS-OR-NUMBER.");
    const added = await printed("contacts", "add", ADDRESS);
    expect(added).toContain("A code was sent to a•••@w•••.example.");
    const id = idIn(added);
    expect(await printed("contacts")).toMatch(/^email +a•••@w•••\.example +unconfirmed +no/m);
    const code = lastCodeTo(terminal.service, ADDRESS);
    const wrong = code === "000000" ? "111111" : "000000";
    const refused = await told("contacts", "confirm", id, wrong);
    expect(refused).toContain("code:   contact-code-wrong");
    expect(refused).toContain("Tries left: 4.");
    expect(refused).toContain("(contacts send CONTACT-ID, or verify ACCOUNT --contact NUMBER)");
    expect(await printed("contacts", "confirm", id, code)).toContain("a•••@w•••.example is confirmed");
    expect(await printed("contacts")).toMatch(/confirmed +no +counts from 2026-/);
    expect(await printed("status")).not.toContain(advice);
  });

  it("are sent another code, once a minute, and are removed", async () => {
    await terminal.backedUp();
    const id = idIn(await printed("contacts", "add", ADDRESS));
    expect(await told("contacts", "send", id)).toMatch(/^Another one can be sent: 2026-/m);
    terminal.service.advance(60);
    expect(await printed("contacts", "send", id)).toContain("Codes left today: 1.");
    expect(await printed("contacts", "confirm", id, lastCodeTo(terminal.service, ADDRESS))).toBeTruthy();
    expect(await printed("contacts", "remove", id)).toContain("it is told for 7 days more");
    expect(await printed("contacts")).toMatch(/removed +no +told until 2026-/);
  });

  it("take a number, and say what else they take", async () => {
    await terminal.backedUp();
    expect(await told("contacts", "add", "+46701740605")).toContain("code:   contact-region-refused");
    for (const operands of [["add"], ["confirm", "a"], ["remove", "a", "b"], ["gossip", "a"]]) {
      expect(await told("contacts", ...operands)).toContain("contacts takes nothing after it, or one of:");
    }
  });
});
