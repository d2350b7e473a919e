import type { Services } from "../../acts/services.ts";
import type { AnonymousEndpoint, Answer, BaseCall } from "../endpoint.ts";
import { readHeaders, readParams, readQuery } from "../input.ts";
import type { HttpRequest } from "../message.ts";

/** Anyone may call: nothing but the form of the request is checked. */
export async function runAnonymous(
  endpoint: AnonymousEndpoint,
  services: Services,
  request: HttpRequest,
  now: number,
): Promise<Answer> {
  const params = readParams(endpoint, request);
  const query = readQuery(endpoint, request);
  const headers = readHeaders(endpoint, request);
  return await endpoint.handle({
    services,
    request,
    params,
    query,
    headers,
    body: undefined,
    now,
  } as BaseCall);
}
