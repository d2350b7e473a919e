import type { KeyClientOptions } from "@azure/keyvault-keys";
import * as z from "zod";
import { type KeyFault, KeyUnavailable } from "../port.ts";

type AdditionalPolicy = NonNullable<KeyClientOptions["additionalPolicies"]>[number];
type Answer = Awaited<ReturnType<AdditionalPolicy["policy"]["sendRequest"]>>;

/**
 * Turns what a vault refuses into the port's faults while the HTTP answer is at hand: the SDK's own errors lose
 * `Retry-After`, and if a gateway answers without JSON it throws a TypeError.
 */
export const refusalPolicies: readonly AdditionalPolicy[] = [
  {
    position: "perCall",
    policy: {
      name: "refusal",
      async sendRequest(request, next) {
        const answer = await next(request);
        if (answer.status >= 300) throw refusal(answer);
        return answer;
      },
    },
  },
  {
    // Throttled: asking again within the call would prolong that, and the wait that the vault asks for rarely fits.
    position: "perRetry",
    policy: {
      name: "throttling",
      async sendRequest(request, next) {
        const answer = await next(request);
        const throttled =
          answer.status === 429 || (answer.status === 503 && answer.headers.has("retry-after"));
        if (throttled) throw refusal(answer);
        return answer;
      },
    },
  },
];

/** No answer came, or none in time. */
export function unanswered(cause: Error): KeyUnavailable {
  return new KeyUnavailable("busy", { cause });
}

/**
 * The error of an SDK call as the port's error: a request without an answer is `busy`. Anything other than a failed
 * request is a mistake in the code, and stays as it is.
 */
export function asUnavailable(error: unknown): unknown {
  const failed = error instanceof Error && (error.name === "RestError" || error.name === "AbortError");
  return failed ? unanswered(error) : error;
}

/** By the most specific code in the answer's body: its `innererror`, if there is one. */
const FAULT_OF_CODE: ReadonlyMap<string, KeyFault> = new Map([
  ["BadParameter", "broken-value"],
  ["KeyDisabled", "disabled"],
  ["KeyNotFound", "missing"],
  ["ObjectIsBeingDeleted", "missing"],
  ["ObjectIsDeletedButRecoverable", "missing"],
]);

/** If the code says nothing: https://learn.microsoft.com/azure/key-vault/general/rest-error-codes */
const FAULT_OF_STATUS: ReadonlyMap<number, KeyFault> = new Map([
  [401, "forbidden"],
  [403, "forbidden"],
  [404, "missing"],
]);

const refusalBody = z.object({
  error: z.object({ code: z.string(), innererror: z.object({ code: z.string() }).optional() }),
});

function refusal({ status, headers, bodyAsText }: Answer): KeyUnavailable {
  const code = codeOf(bodyAsText ?? "");
  const fault = FAULT_OF_CODE.get(code) ?? FAULT_OF_STATUS.get(status) ?? "busy";
  const seconds = Math.ceil(Number(headers.get("retry-after")));
  return new KeyUnavailable(fault, {
    // A log line shows the code of a cause, not its message.
    cause: Object.assign(new Error(`the vault answered ${status}: ${bodyAsText}`), { code: code || status }),
    ...(seconds > 0 && Number.isSafeInteger(seconds) && { retryAfter: seconds }),
  });
}

function codeOf(body: string): string {
  try {
    const { error } = refusalBody.parse(JSON.parse(body));
    return error.innererror?.code ?? error.code;
  } catch {
    return "";
  }
}
