import type { TestService } from "../support/service.ts";
import { phoneWithBackup } from "./phones.ts";
import type { Sample } from "./scene.ts";

/** A request by an app or an operator, with a role that is theirs. The phone's backup is none of their business. */
export function byRoleSample(
  kind: "provider" | "operator",
  path: string,
  body?: Sample["body"],
): (service: TestService) => Promise<Sample> {
  return async (service) => ({
    phone: await phoneWithBackup(service),
    signIn: () => service.issuer.sign({ owner: kind, kind }),
    path,
    ...(body && { body }),
  });
}

const operator = (path: string, body?: Sample["body"]) => byRoleSample("operator", path, body);

/** By an endpoint's name: an operator's valid request. */
export const operatorSamples = {
  "operations-status": operator("/v1/operations/status"),
  "operations-sweep": operator("/v1/operations/sweep"),
  "operations-rewrap": operator("/v1/operations/rewrap"),
  "operations-notices-requeue": operator("/v1/operations/notices/requeue"),
  "operations-texts": operator("/v1/operations/texts/+44", { closed: true }),
};
