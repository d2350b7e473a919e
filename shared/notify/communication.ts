import type { TokenCredential } from "@azure/identity";
import * as z from "zod";
import { within } from "../within.ts";
import { busy, type Client, type Reply, sentOf } from "./client.ts";
import { messageText } from "./payload.ts";
import type { MessageSend, Notify, Sent } from "./port.ts";

/** A resource of Azure Communication Services, which the managed identity may send with. */
export interface CommunicationOptions {
  /** `https://{resource}.communication.azure.com` */
  readonly endpoint: string;
  /** An address of a domain that is linked to the resource. */
  readonly mailSender: string;
  /** A number of the resource, in E.164; without one no text is sent. */
  readonly textSender?: string | undefined;
  readonly credential: TokenCredential;
}

const SCOPE = "https://communication.azure.com/.default";
const MAIL_VERSION = "2025-09-01";
const TEXT_VERSION = "2021-03-07";

/**
 * The same whenever, and from wherever, a text is sent again: with its id it makes the request that is not carried out
 * twice. The platform wants a date of RFC 1123, and doesn't mind how old it is.
 */
const FIRST_SENT = "Mon, 01 Apr 2019 06:22:03 GMT";

/** https://learn.microsoft.com/rest/api/communication/sms/send */
const textResults = z.object({
  value: z.tuple([z.object({ httpStatusCode: z.number(), successful: z.boolean() })]),
});

export function openCommunication(
  { endpoint, mailSender, textSender, credential }: CommunicationOptions,
  client: Client,
): Pick<Notify, "mail" | "text"> {
  /** Undefined where the identity has no token, or none in half of the time: then nothing was sent. */
  async function token(timeLimit: number): Promise<string | undefined> {
    try {
      const access = await within(timeLimit / 2, (abortSignal) =>
        credential.getToken(SCOPE, { abortSignal }),
      );
      return access?.token;
    } catch {
      return undefined;
    }
  }

  async function post(
    path: string,
    { timeLimit }: MessageSend,
    signal: AbortSignal,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const bearer = await token(timeLimit);
    if (bearer === undefined) return "not-reached";
    const authorized = { ...headers, Authorization: `Bearer ${bearer}` };
    return await client.post({ url: new URL(path, endpoint), headers: authorized, body, signal });
  }

  return {
    mail: (send) =>
      client.send("mail", send.timeLimit, async (signal) => {
        const { subject, text } = messageText(send);
        const message = {
          senderAddress: mailSender,
          recipients: { to: [{ address: send.to }] },
          content: { subject, plainText: text },
          // It would count who opens a mail, by a picture in it.
          userEngagementTrackingDisabled: true,
        };
        const path = `/emails:send?api-version=${MAIL_VERSION}`;
        return sentOf(await post(path, send, signal, message, { "Operation-Id": send.id }));
      }),

    text: (send) =>
      client.send("text", send.timeLimit, async (signal) => {
        if (textSender === undefined) return { outcome: "refused", reason: "request-refused" };
        const message = {
          from: textSender,
          smsRecipients: [
            { to: send.to, repeatabilityRequestId: send.id, repeatabilityFirstSent: FIRST_SENT },
          ],
          message: messageText(send).text,
          smsSendOptions: { enableDeliveryReport: false },
        };
        return textSent(await post(`/sms?api-version=${TEXT_VERSION}`, send, signal, message));
      }),
  };
}

/** The answer's own status says only that there are results: whether the text was taken stands in the body. */
function textSent(reply: Reply): Sent {
  if (typeof reply === "string" || reply.status !== 202) return sentOf(reply);
  const { httpStatusCode, successful } = textResults.parse(JSON.parse(reply.body)).value[0];
  if (successful) return { outcome: "sent" };
  if (httpStatusCode === 429 || (httpStatusCode >= 500 && httpStatusCode < 600))
    return busy(reply.retryAfter);
  // A number that doesn't exist, that the platform can't reach, or whose owner has sent STOP (a code of its own).
  return { outcome: "refused", reason: "target-refused" };
}
