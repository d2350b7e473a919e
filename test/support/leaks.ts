import { format } from "node:util";
import { onTestFinished, vi } from "vitest";
import type { Adapters } from "../../functions/compose/services.ts";
import { ownerOfToken } from "../../local/phone/protocol/ownerId.ts";
import type { RequestLine } from "../../shared/log.ts";
import { markExchange, tokenOf } from "./marking.ts";
import { type Marks, searchForMarks, type Text } from "./marks.ts";
import { type Exchange, overhear } from "./traffic.ts";

interface Watched extends Pick<Adapters, "store"> {
  readonly origin: string;
  readonly lines: readonly RequestLine[];
  readonly marks: Marks;
}

/**
 * Watches a service from now on. What is returned searches all that it said for what it may not say: log lines (there
 * are no metrics but those in them: `calls` and `charge`), what the host printed, problems, the headers of every answer,
 * and notifications.
 * @returns a sentence for each kind of mark and each text that holds one; none where all is well
 */
export function watchForLeaks({ origin, lines, store, marks }: Watched): () => Promise<string[]> {
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
    return searchForMarks(texts, marks.all());
  };
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
