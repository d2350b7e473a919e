import { ROUTE_PREFIX, type Route } from "./message.ts";

type Template = Pick<Route, "name" | "route">;

/** The values of a route's parameters. */
type Params = Readonly<Record<string, string>>;

/**
 * Compiles a route to a function that tells whether a path, with its escapes undone, is one of the route's, and what
 * its parameters are. As on the Azure Functions host, literals ignore case, `{name}` is one segment, `{*name}` the rest,
 * and one slash at the end makes no difference.
 * @throws {TypeError} a template outside the notation of {@link Route.route}
 */
export function compileRoute({ name: functionName, route }: Template): (path: string) => Params | undefined {
  const names: string[] = [];
  const segments = route.split("/");
  let end = "/?";
  const patterns = segments.map((segment, index) => {
    const [, rest, name] = /^\{(\*?)(\w+)\}$/.exec(segment) ?? [];
    if (name === undefined) {
      if (!/^[\w.~-]+$/.test(segment)) {
        throw new TypeError(
          `function ${functionName}: the segment "${segment}" of its route can't be served`,
        );
      }
      return `/${segment.replaceAll(".", "\\.")}`;
    }
    names.push(name);
    if (!rest) return "/([^/]+)";
    if (index < segments.length - 1) {
      throw new TypeError(`function ${functionName}: {*${name}} must be the last segment of its route`);
    }
    end = "";
    return "(?:/([^/].*)?)?";
  });
  const pattern = new RegExp(`^/${ROUTE_PREFIX}${patterns.join("")}${end}$`, "is");
  return (path) => {
    const found = pattern.exec(path);
    return found ? captured(names, found) : undefined;
  };
}

const NO_PARAMS: Params = Object.freeze({});

/** A rest parameter that matched nothing has no member, as on Azure Functions. */
function captured(names: readonly string[], found: RegExpExecArray): Params {
  if (names.length === 0) return NO_PARAMS;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const value = found[index + 1];
    if (value !== undefined) params[name] = value;
  }
  return params;
}

/**
 * The order in which the Azure Functions host tries functions: .NET's `StringComparer.OrdinalIgnoreCase`, which
 * compares in upper case, so that `_` sorts behind `Z`.
 */
export function inHostOrder<Named extends { readonly name: string }>(functions: readonly Named[]): Named[] {
  return functions.toSorted((a, b) => {
    const [left, right] = [a.name.toUpperCase(), b.name.toUpperCase()];
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

interface Match<Served> {
  readonly route: Served;
  readonly params: Params;
}

/**
 * Compiles routes to a function that finds the one for a method and a path, with its escapes undone, as the Azure
 * Functions host does: in the order of the functions' names the first that matches wins. A literal has no precedence
 * over a parameter.
 * @throws {TypeError} a function that the Azure Functions host would refuse, or a template as of {@link compileRoute}
 */
export function compileRoutes<Served extends Template & Pick<Route, "methods">>(
  routes: readonly Served[],
): (method: string, path: string) => Match<Served> | undefined {
  const ordered = inHostOrder(routes);
  refuseConflicts(ordered);
  const byMethod = new Map<string, { route: Served; match: ReturnType<typeof compileRoute> }[]>();
  for (const route of ordered) {
    const compiled = { route, match: compileRoute(route) };
    for (const method of route.methods) {
      byMethod.set(method, [...(byMethod.get(method) ?? []), compiled]);
    }
  }
  return (method, path) => {
    for (const { route, match } of byMethod.get(method) ?? []) {
      const params = match(path);
      if (params) return { route, params };
    }
    return undefined;
  };
}

function refuseConflicts(routes: readonly (Template & Pick<Route, "methods">)[]): void {
  const taken = new Map<string, string>();
  const claim = (what: string, name: string) => {
    const other = taken.get(what);
    if (other !== undefined) throw new TypeError(`function ${name} conflicts with ${other}: ${what}`);
    taken.set(what, name);
  };
  for (const { name, route, methods } of routes) {
    if (/^(?:admin|runtime)/i.test(name) || /^(?:admin|runtime)/i.test(route)) {
      throw new TypeError(`function ${name}: names and routes beginning with admin or runtime are reserved`);
    }
    claim(`name ${name.toLowerCase()}`, name);
    for (const method of methods) claim(`${method} ${route.toLowerCase()}`, name);
  }
}
