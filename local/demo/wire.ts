/** One request that was sent, and the status of its answer. */
export interface Exchange {
  readonly method: string;
  /** With the query, where there is one. */
  readonly path: string;
  readonly status: number;
  /** As it was sent; empty where there was none. */
  readonly body: string;
}

export interface Wire {
  /** Carries a phone's requests, and writes down each that was answered. */
  readonly fetch: typeof globalThis.fetch;
  /** Every exchange so far. */
  readonly exchanges: readonly Exchange[];
  /** Those since it was last asked. */
  untold(): readonly Exchange[];
}

/** The one way from every phone of the story to the service: real HTTP, written down. */
export function createWire(): Wire {
  const exchanges: Exchange[] = [];
  let told = 0;
  return {
    exchanges,
    async fetch(input, init) {
      const response = await fetch(input, init);
      const { pathname, search } = new URL(String(input));
      exchanges.push({
        method: init?.method ?? "GET",
        path: pathname + search,
        status: response.status,
        body: typeof init?.body === "string" ? init.body : "",
      });
      return response;
    },
    untold() {
      const since = exchanges.slice(told);
      told = exchanges.length;
      return since;
    },
  };
}
