/**
 * A request as the pipeline sees it: the same whether it came through Azure Functions or through the local host.
 */
export interface HttpRequest {
  /** Names this request in the log and in a problem's `instance`. */
  readonly id: string;
  readonly method: string;
  /** The path as it was sent, `%` escapes and all, without the query: what a device proof's `htu` must name. */
  readonly path: string;
  /** As the address has it: equal names each with its value, in their order. */
  readonly query: URLSearchParams;
  /** Header values by lower-case name. Equal headers arrive as one, joined by a comma, as on Azure Functions. */
  readonly header: (name: string) => string | undefined;
  /** The route's parameters. `%2F` stays encoded, other escapes are undone, as on Azure Functions. */
  readonly params: Readonly<Record<string, string>>;
  /** The body's bytes; read at most once. */
  readonly body: () => Promise<Uint8Array>;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type HttpMethod = "GET" | "PUT" | "POST" | "DELETE";

/** What a host serves: an endpoint's declaration bound to the service that answers it. */
export interface Route {
  /** The function's name. Hosts try routes in the order of these, ignoring case: see `docs/architecture.md`. */
  readonly name: string;
  readonly methods: readonly string[];
  /** Below {@link ROUTE_PREFIX}, in the notation of Azure Functions: `devices/{deviceId}`, `{*path}`. */
  readonly route: string;
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>;
}

/** `extensions.http.routePrefix` of host.json. */
export const ROUTE_PREFIX = "v1";
