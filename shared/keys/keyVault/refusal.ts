import type { KeyClientOptions } from "@azure/keyvault-keys";
import * as z from "zod";
import { type KeyFault, KeyUnavailable } from "../port.ts";

type AdditionalPolicy = NonNullable<KeyClientOptions["additionalPolicies"]>[number];
type Answer = Awaited<ReturnType<AdditionalPolicy["policy"]["sendRequest"]>>;

/**
 * Turns what a vault refuses into the port's faults while the HTTP answer is at hand: the SDK's own errors lose
 * `Retry-After`, and where a gateway answers without JSON it throws a TypeError.
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
    // Throttled: asking again within the call would prolong it, and the vault's wait rarely fits the time limit.
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
 * What a call of the SDK failed with, as the port has it: what never got an answer is `busy`.
 * Anything but a failed request is a mistake in the code, and stays what it is.
 */
export function asUnavailable(error: unknown): unknown {
  const failed = error instanceof Error && (error.name === "RestError" || error.name === "AbortError");
  return failed ? unanswered(error) : error;
}

/** By the most specific code of the answer's body: its `innererror`, where there is one. */
const FAULT_OF_CODE: ReadonlyMap<string, KeyFault> = new Map([
  ["BadParameter", "broken-value"],
  ["KeyDisabled", "disabled"],
  ["KeyNotFound", "missing"],
  ["ObjectIsBeingDeleted", "missing"],
  ["ObjectIsDeletedButRecoverable", "missing"],
]);

/** Where the code says nothing: https://learn.microsoft.com/azure/key-vault/general/rest-error-codes */
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
    // The code is what a log line shows of a cause.
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
