import {
  type HttpRequest as AzureRequest,
  app,
  type HttpMethod,
  type InvocationContext,
} from "@azure/functions";
import type { HttpRequest, Route } from "../shared/http/message.ts";

/** Registers a route as an HTTP-triggered function (Azure Functions, programming model v4). */
export function register({ name, methods, route, handle }: Route): void {
  app.http(name, {
    methods: methods as HttpMethod[],
    route,
    // Identity is the pipeline's: a function key would be one secret for all phones.
    authLevel: "anonymous",
    handler: async (request, context) => await handle(fromAzure(request, context)),
  });
}

function fromAzure(request: AzureRequest, { invocationId }: InvocationContext): HttpRequest {
  const { pathname, searchParams } = new URL(request.url);
  return {
    id: invocationId,
    method: request.method,
    path: pathname,
    query: searchParams,
    header: (name) => request.headers.get(name) ?? undefined,
    params: request.params,
    body: async () => new Uint8Array(await request.arrayBuffer()),
  };
}
