import { describe, expect, it } from "vitest";
import { metered } from "../../../shared/meter.ts";
import { timeLimit, uuid } from "../../contract/notify.ts";
import { startStage } from "./stage.ts";

const content = { kind: "code", code: "271828" } as const;
const mail = { id: uuid(1), to: "alice@example.com", language: "en", content, timeLimit } as const;
const text = { ...mail, id: uuid(2), to: "+46701234567" };

const result = (fields: object) => ({ status: 202, body: { value: [{ to: text.to, ...fields }] } });

describe("a text", () => {
  it("to a number that has opted out is refused, though the answer is 202", async () => {
    const { open, communication, arrived } = await startStage();
    communication.optOut(text.to);
    expect(await open().text(text)).toEqual({ outcome: "refused", reason: "target-refused" });
    expect(arrived).toEqual([]);
  });

  it.each([
    [result({ httpStatusCode: 202, successful: true }), { outcome: "sent" }],
    [result({ httpStatusCode: 202, successful: false }), { outcome: "refused", reason: "target-refused" }],
    [result({ httpStatusCode: 400, successful: false }), { outcome: "refused", reason: "target-refused" }],
    [result({ httpStatusCode: 4007, successful: false }), { outcome: "refused", reason: "target-refused" }],
    [result({ httpStatusCode: 429, successful: false }), { outcome: "busy", retryAfter: 10 }],
    [result({ httpStatusCode: 503, successful: false }), { outcome: "busy", retryAfter: 10 }],
    [{ status: 202, body: { value: [] } }, { outcome: "unknown" }],
    [{ status: 202, body: "accepted" }, { outcome: "unknown" }],
    [{ status: 202, body: {} }, { outcome: "unknown" }],
  ])("is judged by the body of a 202: %j", async (fault, outcome) => {
    const { open, fault: order } = await startStage();
    order({ fault });
    expect(await open().text(text)).toEqual(outcome);
  });

  it("is not sent where the service has no number", async () => {
    const { open, seen } = await startStage();
    const notify = open({ communication: { textSender: undefined } });
    expect(await notify.text(text)).toEqual({ outcome: "refused", reason: "request-refused" });
    expect(seen).toEqual([]);
  });
});

describe("the identity that sends mail and text", () => {
  it.each([
    ["never gets a token", () => Promise.reject(new Error("no identity"))],
    ["waits for a token for ever", () => new Promise<never>(() => {})],
    ["gets none", () => Promise.resolve(null)],
  ])("%s: nothing is sent, and that is known within the limit", async (_, getToken) => {
    const { open, seen } = await startStage();
    const notify = open({ communication: { credential: { getToken } } });
    expect(await notify.mail({ ...mail, timeLimit: 100 })).toEqual({ outcome: "busy", retryAfter: 10 });
    expect(await notify.text({ ...text, timeLimit: 100 })).toEqual({ outcome: "busy", retryAfter: 10 });
    expect(seen).toEqual([]);
  });

  it("may not send: the message is kept until it may", async () => {
    const { open, communication, arrived } = await startStage();
    const notify = open();
    communication.permit(false);
    expect(await notify.mail(mail)).toEqual({ outcome: "busy", retryAfter: 60 });
    communication.permit(true);
    expect(await notify.mail(mail)).toEqual({ outcome: "sent" });
    expect(arrived).toHaveLength(1);
  });

  it("has a token for another resource: it is refused, and told", async () => {
    const { open, tokens } = await startStage();
    const getToken = async () => ({ token: tokens.issue("https://vault.azure.net"), expiresOnTimestamp: 0 });
    const notify = open({ communication: { credential: { getToken } } });
    const { calls } = await metered(() => notify.mail(mail));
    expect(calls).toMatchObject([{ operation: "mail", outcome: "busy" }]);
  });
});

it("a mail doesn't tell who opens it, and has no link", async () => {
  const { open, arrived } = await startStage();
  await open().mail(mail);
  const [only] = arrived;
  expect(only).toMatchObject({ channel: "mail", to: mail.to, tracked: false });
  expect(JSON.stringify(only)).not.toMatch(/https?:|www\./);
});
