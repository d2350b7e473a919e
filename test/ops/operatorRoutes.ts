import type { Surroundings } from "../../ops/command.ts";

export const ORIGIN = "https://backup.example";

/** The routes for operators, over numbers that the test sets. */
export interface OperatorRoutes {
  readonly surroundings: Partial<Surroundings>;
  /** Full ids of versions: newest known to the service, and how many items each wraps. */
  readonly keys: { current: string; serviceKey: string[]; items: Map<string, number> };
  /** Whether no instance wraps by an older version. */
  settled: boolean;
  /** Items that can't be moved. */
  stuck: number;
  due: number;
  dead: number;
  readonly closed: Set<string>;
  /** App roles that the token has. */
  roles: readonly string[];
  /** Called with each request, as in `POST operations/sweep`; what it returns is answered instead. */
  before: (request: string) => Response | undefined;
  readonly seen: string[];
}

/** What one batch takes. */
export const BATCH = 100;

export function operatorRoutes(current = ""): OperatorRoutes {
  const routes: OperatorRoutes = {
    keys: { current, serviceKey: [current], items: new Map() },
    settled: true,
    stuck: 0,
    due: 0,
    dead: 0,
    closed: new Set(),
    roles: ["Operations.Read", "Operations.Act"],
    before: () => undefined,
    seen: [],
    surroundings: {
      variables: { ORIGIN, OPERATOR_TOKEN: "operator" },
      fetch: async (input, init) => answer(new Request(input, init)),
    },
  };

  async function answer(request: Request): Promise<Response> {
    const { pathname, origin } = new URL(request.url);
    const route = decodeURIComponent(pathname.replace(/^\/v1\//, ""));
    const asked = `${request.method} ${route}`;
    routes.seen.push(asked);
    const given = routes.before(asked);
    if (given) return given;
    if (origin !== ORIGIN) return Response.error();
    if (request.headers.get("Authorization") !== "Bearer operator") return problem(401, "token-invalid");
    const role = request.method === "GET" ? "Operations.Read" : "Operations.Act";
    if (!routes.roles.includes(role)) return problem(403, "role-required", { role });
    return await act(asked, request);
  }

  async function act(asked: string, request: Request): Promise<Response> {
    const { keys } = routes;
    switch (asked) {
      case "GET operations/status": {
        const older = [...keys.items].filter(([id, count]) => id !== keys.current && count > 0);
        return Response.json({
          time: "2026-11-25T12:00:00.000Z",
          keys: { current: [keys.current], serviceKey: keys.serviceKey, older: Object.fromEntries(older) },
          rewrap: { left: leftOf(keys), settled: routes.settled && older.length === 0 },
          sweep: { at: "2026-11-25T11:59:00.000Z", age: 60, due: routes.due, dead: routes.dead },
          texts: { closed: [...routes.closed] },
        });
      }
      case "POST operations/sweep": {
        const taken = Math.min(routes.due, BATCH);
        routes.due -= taken;
        return Response.json({ taken, more: routes.due > 0 });
      }
      case "POST operations/rewrap": {
        let moved = 0;
        for (const [id, count] of keys.items) {
          if (id === keys.current) continue;
          const some = Math.min(Math.max(count - routes.stuck, 0), BATCH - moved);
          moved += some;
          keys.items.set(id, count - some);
          keys.items.set(keys.current, (keys.items.get(keys.current) ?? 0) + some);
        }
        return Response.json({ moved, left: leftOf(keys), failed: routes.stuck, stopped: false });
      }
      case "POST operations/notices/requeue": {
        const requeued = Math.min(routes.dead, BATCH);
        routes.dead -= requeued;
        return Response.json({ requeued, more: routes.dead > 0 });
      }
      default: {
        const [, prefix] = /^PUT operations\/texts\/(\+\d+)$/.exec(asked) ?? [];
        if (prefix === undefined) return problem(404, "not-found");
        const { closed } = (await request.json()) as { closed: boolean };
        if (closed) routes.closed.add(prefix);
        else routes.closed.delete(prefix);
        return new Response(null, { status: 204 });
      }
    }
  }
  return routes;
}

const leftOf = ({ current, items }: OperatorRoutes["keys"]) =>
  [...items].reduce((sum, [id, count]) => (id === current ? sum : sum + count), 0);

const problem = (status: number, code: string, members: object = {}) =>
  Response.json({ code, status, title: "A problem", ...members }, { status });
