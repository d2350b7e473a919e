import { randomUUID } from "node:crypto";
import { type Answer, refuse } from "../vaultServer/answer.ts";
import type { Tokens } from "../vaultServer/tokens.ts";
import type { Arrived, HttpCall } from "./server.ts";

/** A resource of Communication Services: a linked domain for mail, a number for texts. */
export interface TestCommunication {
  readonly endpoint: string;
  readonly mailSender: string;
  readonly textSender: string;
  /** The owner of this number has answered STOP. */
  optOut(number: string): void;
  /** Whether the identity may send. */
  permit(may: boolean): void;
  answer(call: HttpCall): Answer;
}

export const COMMUNICATION_RESOURCE = "https://communication.azure.com";

const HOST = "backup-test.communication.azure.com";
const MAIL_SENDER = "DoNotReply@authenticator.example";
const TEXT_SENDER = "+18005550100";

/** What a text to a number that has opted out gets; no HTTP status. */
const OPTED_OUT = 4007;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const RFC1123 = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

export function createCommunication(arrived: Arrived[], tokens: Tokens): TestCommunication {
  const optedOut = new Set<string>();
  /** What was taken under an id: a second request under it is answered, and nothing is sent. */
  const mails = new Set<string>();
  const texts = new Map<string, string>();
  let permitted = true;

  function mail({ query, header, body }: HttpCall): Answer {
    if (query.get("api-version") !== "2025-09-01") return refuse(400, "InvalidApiVersion", "not known");
    const id = header("operation-id") || randomUUID();
    if (!UUID.test(id)) return refuse(400, "InvalidOperationId", "Operation-Id is a UUID");
    const { senderAddress, content, recipients, userEngagementTrackingDisabled } = (body ?? {}) as {
      senderAddress?: unknown;
      content?: { subject?: unknown; plainText?: unknown };
      userEngagementTrackingDisabled?: unknown;
      recipients?: { to?: readonly { address?: unknown }[] };
    };
    if (senderAddress !== MAIL_SENDER)
      return refuse(404, "DomainNotLinked", "the sender's domain is not linked");
    const { subject, plainText } = content ?? {};
    if (typeof subject !== "string" || subject === "" || typeof plainText !== "string") {
      return refuse(400, "BadRequest", "a subject and a text are needed");
    }
    const [to, ...others] = recipients?.to ?? [];
    if (typeof to?.address !== "string" || !/^[^@\s]+@[^@\s]+$/.test(to.address) || others.length > 0) {
      return refuse(400, "BadRequest", "one recipient, with an address");
    }
    if (!mails.has(id)) {
      mails.add(id);
      const tracked = userEngagementTrackingDisabled !== true;
      arrived.push({ channel: "mail", to: to.address, subject, text: plainText, tracked });
    }
    return {
      status: 202,
      headers: { "Operation-Location": `https://${HOST}/emails/operations/${id}?api-version=2025-09-01` },
      body: { id, status: "Running" },
    };
  }

  function text({ query, body }: HttpCall): Answer {
    if (query.get("api-version") !== "2021-03-07") return refuse(400, "InvalidApiVersion", "not known");
    const { from, smsRecipients, message } = (body ?? {}) as {
      from?: unknown;
      smsRecipients?: readonly Recipient[];
      message?: unknown;
    };
    if (from !== TEXT_SENDER) return refuse(401, "Unauthorized", "the number is not of this resource");
    if (!Array.isArray(smsRecipients) || smsRecipients.length < 1 || smsRecipients.length > 100) {
      return refuse(400, "BadRequest", "1 to 100 recipients");
    }
    if (typeof message !== "string" || message.length > 2048) return refuse(400, "BadRequest", "message");
    return { status: 202, body: { value: smsRecipients.map((each: Recipient) => result(each, message)) } };
  }

  function result(
    { to, repeatabilityRequestId: id, repeatabilityFirstSent: first }: Recipient,
    message: string,
  ) {
    const failed = (httpStatusCode: number, errorMessage: string) => ({
      to,
      httpStatusCode,
      errorMessage,
      successful: false,
    });
    if (typeof to !== "string" || !/^\+[1-9]\d{6,14}$/.test(to))
      return failed(400, "Invalid To phone number format.");
    if (id !== undefined && (!UUID.test(String(id)) || !RFC1123.test(String(first)))) {
      return { ...failed(400, "Invalid repeatability headers."), repeatabilityResult: "rejected" };
    }
    if (optedOut.has(to)) return failed(OPTED_OUT, "The recipient has opted out.");
    const known = texts.get(String(id));
    const messageId = known ?? `Outgoing_${randomUUID()}`;
    if (id !== undefined) texts.set(String(id), messageId);
    if (known === undefined) arrived.push({ channel: "text", to, text: message });
    return { to, messageId, httpStatusCode: 202, repeatabilityResult: "accepted", successful: true };
  }

  return {
    endpoint: `https://${HOST}`,
    mailSender: MAIL_SENDER,
    textSender: TEXT_SENDER,
    optOut: (number) => void optedOut.add(number),
    permit: (may) => {
      permitted = may;
    },
    answer(call) {
      const bearer = call.header("authorization").replace(/^Bearer /, "");
      if (!tokens.isFor(bearer, COMMUNICATION_RESOURCE)) {
        return refuse(401, "Denied", "Denied by the resource provider.");
      }
      if (!permitted) return refuse(403, "Forbidden", "the identity has no role on this resource");
      if (call.method === "POST" && call.path === "/emails:send") return mail(call);
      if (call.method === "POST" && call.path === "/sms") return text(call);
      return refuse(404, "NotFound", "no such path");
    },
  };
}

interface Recipient {
  readonly to?: unknown;
  readonly repeatabilityRequestId?: unknown;
  readonly repeatabilityFirstSent?: unknown;
}
