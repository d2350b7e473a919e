import { problem, withHeaders } from "../../shared/errors/problem.ts";
import { anonymous, type Endpoint, methodsOf } from "../../shared/http/endpoint.ts";
import { ROUTE_PREFIX } from "../../shared/http/message.ts";
import { compileRoute } from "../../shared/http/route.ts";

/**
 * The last function that a host tries, for whatever no other took: hosts answer an unknown path or method with an
 * empty body, which no app can explain to its owner.
 */
export function unknown(endpoints: readonly Endpoint[]) {
  const routes = endpoints.map((endpoint) => ({
    methods: methodsOf(endpoint),
    match: compileRoute(endpoint.declaration),
  }));
  return anonymous(
    {
      // Hosts try functions in the order of their names.
      name: "zz-unknown",
      method: "GET",
      route: "{*path}",
      summary: "Answers an unknown path or method.",
      answers: {},
      problems: ["not-found", "method-not-allowed"],
    },
    async ({ request: { params } }) => {
      // As the host matched it: escapes undone, dot segments removed.
      const path = `/${ROUTE_PREFIX}/${params.path ?? ""}`;
      const allowed = routes.filter(({ match }) => match(path)).flatMap(({ methods }) => methods);
      if (allowed.length === 0) throw problem("not-found");
      throw withHeaders(problem("method-not-allowed"), { Allow: [...new Set(allowed)].join(", ") });
    },
  );
}
