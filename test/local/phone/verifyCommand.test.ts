import { beforeEach, describe, expect, it } from "vitest";
import { readPhone } from "../../../local/phone/cli/files.ts";
import { lastCodeTo } from "../../support/codes.ts";
import { openTerminal, type Terminal } from "./support/terminal.ts";

const ADDRESS = "alice.liddell@wonderland.example";
const DAY = 24 * 60 * 60;
const SECOND = ["--phone", "second"];

/** The sample's work account with push, and its organization. */
const WORK = {
  tenant: "6f1c2c7e-0b7d-4c61-9a53-2f2d5d8d9b10",
  subject: "0d2f8b7a-55c1-4f0e-8a34-91b7c3e6a2d4",
  account: { organization: "Northwind Traders", userName: "alice.lind@northwind.example" },
};

let terminal: Terminal;
beforeEach(async () => {
  terminal = await openTerminal();
});

const printed: Terminal["printed"] = (...args) => terminal.printed(...args);
const told: Terminal["told"] = (...args) => terminal.told(...args);

/** A second phone to which the sample was recovered; the owner has a contact that counts. */
async function recovered(): Promise<void> {
  await terminal.backedUp();
  const added = await printed("contacts", "add", ADDRESS);
  const id = /contacts confirm (\S+) CODE/.exec(added)?.[1] ?? expect.fail(added);
  await printed("contacts", "confirm", id, lastCodeTo(terminal.service, ADDRESS));
  terminal.service.advance(7 * DAY);
  await printed("recover", ...SECOND);
}

/** What the provider of the work account does. */
async function provider(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const { service } = terminal;
  const { tenant } = WORK;
  const token = await service.issuer.sign({ owner: "it", kind: "provider", profile: "entra", tenant });
  const response = await fetch(`${service.origin}/v1/provider${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && {
        "Content-Type": "application/json",
        "Idempotency-Key": crypto.randomUUID(),
      }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  return (response.status === 204 ? {} : await response.json()) as Record<string, unknown>;
}

const issue = (changes: object = {}) => {
  const { subject, account } = WORK;
  return provider("POST", "/activations", { subject, route: "self-service", account, ...changes });
};

const numberOf = async (activation: Record<string, unknown>) =>
  String((await provider("GET", `/activations/${activation.activationId}`)).number);

describe("a personal account with push at the command line [E3] [E12]", () => {
  it("waits, is verified step by step, shows its codes, and is alone in that [D9] [D12]", async () => {
    await recovered();
    expect(await printed("accounts", ...SECOND)).toMatch(
      /^1 +Contoso Account +alice@example\.com +push \(personal\) +action required$/m,
    );
    expect(await printed("codes", ...SECOND)).toContain("No personal account was verified on this phone");

    expect(await printed("status", ...SECOND)).toContain("wait for you on this phone: 4. See accounts.");

    const asked = await printed("verify", "1", ...SECOND);
    expect(asked).toContain("A code was sent to a contact of Contoso Account, alice@example.com.");
    expect(asked).toContain("When it is there: verify 1 --code CODE");
    const code = lastCodeTo(terminal.service, ADDRESS);
    const wrong = code === "000000" ? "111111" : "000000";
    expect(await told("verify", "1", "--code", wrong, ...SECOND)).toContain("code:   contact-code-wrong");
    const pushed = await printed("verify", "alice@example.com", "--code", code, ...SECOND);
    expect(pushed).toContain("If so: answer. If not: answer --deny.");
    expect(await told("answer", "--number", "12", ...SECOND)).toBe("no number is shown for this account");
    expect(await printed("answer", ...SECOND)).toContain(
      "Contoso Account, alice@example.com works on this phone.",
    );

    expect(await printed("codes", ...SECOND)).toMatch(/^Contoso Account +alice@example\.com +\d{8} +\d+ s$/m);
    const after = await printed("accounts", ...SECOND);
    expect(after).toMatch(/^1 .+ verified here$/m);
    expect(after.match(/action required$/gm)).toHaveLength(3);
  });

  it("is asked for at a terminal, question by question; a wrong code is typed again", async () => {
    await recovered();
    const answers = ["wrong", "right", "yes"];
    const next = () => {
      const answer = answers.shift() ?? expect.fail("asked too often");
      const code = lastCodeTo(terminal.service, ADDRESS);
      return { right: code, wrong: code === "000000" ? "111111" : "000000" }[answer] ?? answer;
    };
    const { status, printed: shown, questions } = await terminal.asked(next, "verify", "1", ...SECOND);
    expect({ status, shown }).toMatchObject({
      status: 0,
      shown: expect.stringContaining("works on this phone."),
    });
    expect(questions).toEqual([
      "The code that was sent to the contact: ",
      "This code is not right. The code that was sent to the contact: ",
      "A push has come. Is it you who verifies Contoso Account, alice@example.com? (yes or no) ",
    ]);
  });

  it("is not verified by whoever says no, and begins again [E12]", async () => {
    await recovered();
    await printed("verify", "1", ...SECOND);
    await printed("verify", "1", "--code", lastCodeTo(terminal.service, ADDRESS), ...SECOND);
    expect(await printed("answer", "--deny", ...SECOND)).toBe("You have denied it: nothing was verified.");
    expect(await told("answer", ...SECOND)).toBe("nothing is being verified on this phone: verify ACCOUNT");
    expect(await printed("accounts", ...SECOND)).toMatch(/^1 .+ action required$/m);
  });

  it("says what is missing where no contact counts, and which accounts need nothing", async () => {
    await terminal.backedUp();
    await printed("recover", ...SECOND);
    expect(await printed("verify", "1", ...SECOND)).toContain(
      "No contact of Contoso Account, alice@example.com counts",
    );
    expect(await told("verify", "3", ...SECOND)).toContain("needs no verification: it has no push");
    for (const named of ["0", "99", "nobody"]) {
      expect(await told("verify", named, ...SECOND)).toContain("ACCOUNT is the number of an account");
    }
  });

  it("waits again once its phone was revoked and registers anew, or all was erased [D10]", async () => {
    await recovered();
    await printed("verify", "1", ...SECOND);
    await printed("verify", "1", "--code", lastCodeTo(terminal.service, ADDRESS), ...SECOND);
    await printed("answer", ...SECOND);
    await printed("register", ...SECOND);
    expect(await printed("codes", ...SECOND)).toMatch(/ \d{8} /);
    const [, deviceId = ""] = /second .*? (\S{43})$/m.exec(await printed("list")) ?? [];
    terminal.service.advance(1);
    await printed("revoke", deviceId);
    await printed("register", ...SECOND);
    expect(await printed("codes", ...SECOND)).toContain("No personal account was verified on this phone");
    expect((await printed("accounts", ...SECOND)).match(/action required$/gm)).toHaveLength(4);
  });

  it("keeps its key and its secret in the phone's file alone, and in no backup [C6]", async () => {
    await recovered();
    await printed("verify", "1", ...SECOND);
    await printed("verify", "1", "--code", lastCodeTo(terminal.service, ADDRESS), ...SECOND);
    await printed("answer", ...SECOND);
    const kept = (await readPhone(terminal.directory, "second"))?.phone;
    const [credential] = kept?.credentials ?? [];
    expect(credential).toMatchObject({
      key: { kty: "EC", d: expect.any(String) },
      codeSecret: expect.any(String),
    });
    await printed("recover", "--phone", "third", "--out", `${terminal.directory}/out.json`);
    const third = (await readPhone(terminal.directory, "third"))?.phone;
    expect(third?.credentials).toEqual([]);
    expect(third?.accounts.filter(({ actionRequired }) => actionRequired)).toHaveLength(4);
  });
});

describe("a work account with push at the command line [E4] [E7]", () => {
  it("takes the text of the QR code of its provider, and the number that the page shows [E13]", async () => {
    await recovered();
    const asked = await printed("verify", "2", ...SECOND);
    expect(asked).toContain("Then: verify 2 --code CODE");
    const activation = await issue();
    const foreign = "https://evil.example/activate#1.123456789012";
    expect(await told("verify", "2", "--code", foreign, ...SECOND)).toBe(
      "this QR code is not for the service that keeps your backup",
    );
    const pushed = await printed("verify", "2", "--code", String(activation.qr), ...SECOND);
    expect(pushed).toContain("If so: answer --number NUMBER, which the provider's page shows.");
    expect(await told("answer", ...SECOND)).toContain("answer --number NUMBER");
    const done = await printed("answer", "--number", await numberOf(activation), ...SECOND);
    expect(done).toBe("Northwind Traders, alice.lind@northwind.example works on this phone.");
    expect(await printed("codes", ...SECOND)).toContain("No personal account");
  });

  it("ends with a wrong number, and begins again with another code", async () => {
    await recovered();
    const activation = await issue();
    await printed("verify", "2", "--code", String(activation.code), ...SECOND);
    const right = await numberOf(activation);
    const wrong = right === "10" ? "11" : "10";
    expect(await told("answer", "--number", wrong, ...SECOND)).toContain("code:   push-number-wrong");
    const next = await issue();
    await printed("verify", "2", "--code", String(next.code), ...SECOND);
    expect(await printed("answer", "--number", await numberOf(next), ...SECOND)).toContain(
      "works on this phone",
    );
  });

  it("waits again once its provider has revoked the key [D12]", async () => {
    await recovered();
    const activation = await issue({ showNumber: false });
    await printed("verify", "2", "--code", String(activation.code), ...SECOND);
    await printed("answer", ...SECOND);
    expect(await printed("accounts", ...SECOND)).toMatch(/^2 .+ verified here$/m);
    const { credentialId } = await provider("GET", `/activations/${activation.activationId}`);
    await provider("DELETE", `/credentials/${credentialId}`);
    expect(await printed("accounts", ...SECOND)).toMatch(/^2 .+ action required$/m);
    expect((await readPhone(terminal.directory, "second"))?.phone.credentials).toEqual([]);
    const next = await issue({ showNumber: false });
    await printed("verify", "2", "--code", String(next.code), ...SECOND);
    await printed("answer", ...SECOND);
    expect(await printed("accounts", ...SECOND)).toMatch(/^2 .+ verified here$/m);
  });

  it("is added by a code alone: the phone learns from it which account that is [E10]", async () => {
    await terminal.backedUp();
    const account = { organization: "Wide World", userName: "alice@wide.example" };
    const activation = await issue({ account, showNumber: false });
    const pushed = await printed("add-work-account", String(activation.code));
    expect(pushed).toContain("Wide World, alice@wide.example?");
    expect(await printed("answer")).toBe("Wide World, alice@wide.example works on this phone.");
    expect((await readPhone(terminal.directory, "first"))?.phone.accounts.at(-1)).toMatchObject({
      issuer: "Wide World",
      push: { kind: "work-or-school", tenant: WORK.tenant, subject: WORK.subject },
    });
  });

  it("is added by a sign-in with a second factor [E10]", async () => {
    await terminal.backedUp();
    const options = ["--as", "bob", "--tenant", WORK.tenant, "--organization", "Wide World"];
    expect(await printed("add-work-account", ...options)).toContain("A push was sent to this phone");
    expect(await printed("answer")).toBe("Wide World, bob works on this phone.");
    expect(await told("add-work-account")).toContain("add-work-account takes CODE after it, or --as NAME");
  });
});
