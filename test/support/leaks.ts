import { format } from "node:util";
import { onTestFinished, vi } from "vitest";
import type { Adapters } from "../../functions/compose/services.ts";
import { ownerOfToken } from "../../local/phone/protocol/ownerId.ts";
import type { HoldersLine, NoticeLine, RequestLine, RewrapLine } from "../../shared/log.ts";
import { markExchange, tokenOf } from "./marking.ts";
import { createMarks, type Marks, searchForMarks, type Text } from "./marks.ts";
import type { Outcome } from "./sent.ts";
import { type Exchange, overhear } from "./traffic.ts";

interface Watched extends Pick<Adapters, "store"> {
  readonly origin: string;
  readonly lines: readonly RequestLine[];
  readonly noticeLines: readonly NoticeLine[];
  readonly rewrapLines: readonly RewrapLine[];
  readonly holdersLines: readonly HoldersLine[];
  readonly marks: Marks;
  readonly sent: () => readonly Outcome[];
}

/**
 * Watches a service from now on. What is returned searches all that it said for what it may not say: log lines (there
 * are no metrics but those in them: `calls` and `charge`), what the host printed, problems, the headers of every answer,
 * notifications, and what was sent: push services, providers of mail and operators read that.
 * @returns a sentence for each kind of mark and each text that holds one; none where all is well
 */
export function watchForLeaks({
  origin,
  lines,
  noticeLines,
  rewrapLines,
  holdersLines,
  store,
  marks,
  sent,
}: Watched): () => Promise<string[]> {
  const traffic = overhear(Number(new URL(origin).port));
  onTestFinished(traffic.stop);
  const printed = vi.spyOn(console, "error");
  onTestFinished(() => printed.mockRestore());
  return async () => {
    const exchanges = traffic.exchanges();
    for (const exchange of exchanges) markExchange(marks, exchange);
    const owners = new Set(exchanges.flatMap(ownerOf));
    const notices = await Promise.all([...owners].map((userId) => store.list(userId, "notice:")));
    const texts: Text[] = [
      ...lines.map((line) => ({
        label: `the log line of ${line.endpoint}`,
        text: JSON.stringify(line),
        isLog: true,
      })),
      ...[...noticeLines, ...rewrapLines, ...holdersLines].map((line) => ({
        label: `the log line of ${line.operation}`,
        text: JSON.stringify(line),
        isLog: true,
      })),
      ...printed.mock.calls.map((args) => ({
        label: "what the host printed",
        text: format(...args),
        isLog: true,
      })),
      ...answersOf(exchanges, lines),
      ...notices
        .flat()
        .map(({ body }) => ({ label: "a notification", text: JSON.stringify(body), isLog: false })),
    ];
    const messages = sent();
    const carried = messages.map(({ channel, to, ...message }) => ({
      label: `what was sent by ${channel}`,
      text: JSON.stringify(message),
      isLog: true,
    }));
    const isPush = (_: Text, at: number) => messages[at]?.channel === "push";
    const [pushed, mailed] = [carried.filter(isPush), carried.filter((text, at) => !isPush(text, at))];
    const naming = carried.filter(({ text }) => [...owners].some((userId) => text.includes(userId)));
    const found = [
      ...searchForMarks(texts, marks.all()),
      // A code is what its message is for, and so is the nonce of a push.
      ...searchForMarks(
        pushed,
        marks.all().filter(({ kind }) => kind !== "push nonce"),
      ),
      ...searchForMarks(
        mailed,
        marks.all().filter(({ kind }) => kind !== "contact code"),
      ),
      ...naming.map(({ label }) => `${label} holds: owner's id`),
      ...searchForMarks(texts, marksOf(messages)),
    ];
    return [...new Set(found)];
  };
}

/** To whom something was sent, and the codes in it. */
function marksOf(messages: readonly Outcome[]) {
  const marks = createMarks();
  for (const message of messages) {
    marks.addText(message.channel === "push" ? "push token" : "contact address", message.to);
    const code = message.channel === "push" ? undefined : /\b\d{6}\b/.exec(message.text)?.[0];
    if (code !== undefined) marks.addText("contact code", code);
  }
  return marks.all();
}

/** The headers of every answer, and the body where it is a problem: another one is for the owner alone. */
function answersOf(exchanges: readonly Exchange[], lines: readonly RequestLine[]): Text[] {
  const endpoints = new Map(lines.map(({ requestId, endpoint }) => [requestId, endpoint]));
  return exchanges.map(({ answered: { status, headers, body } }) => {
    const endpoint = endpoints.get(headers["X-Request-Id"] ?? "") ?? "the host";
    return {
      label: `the answer ${status} of ${endpoint}`,
      text: [...Object.values(headers), status >= 400 ? body : ""].join("\n"),
      isLog: false,
    };
  });
}

/** The owner in whose name a request was done; none where it was refused, or needs nobody. */
function ownerOf({ sent, answered }: Exchange): string[] {
  const token = tokenOf(sent);
  return token === "" || answered.status >= 400 ? [] : [ownerOfToken(token)];
}
