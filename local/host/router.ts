import { ROUTE_PREFIX, type Route } from "../../shared/http/message.ts";

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

interface CompiledRoute {
  readonly route: Route;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/**
 * Compiles the routes to a function that finds the one for a method and a decoded path, as the Azure Functions
 * host does: in the order of the functions' names, ignoring case, the first that matches wins. A literal has no
 * precedence over a parameter, and ignores case; one slash at the end is ignored.
 * @throws {TypeError} a function that the Azure Functions host would refuse, or a template outside the
 *   notation of {@link Route.route}
 */
export function compileRoutes(routes: readonly Route[]): (method: string, path: string) => Match | undefined {
  const ordered = [...routes].sort(byNameIgnoringCase);
  refuseConflicts(ordered);
  const byMethod = new Map<string, CompiledRoute[]>();
  for (const route of ordered) {
    const compiled = compile(route);
    for (const method of route.methods) {
      byMethod.set(method, [...(byMethod.get(method) ?? []), compiled]);
    }
  }
  return (method, path) => {
    for (const { route, pattern, names } of byMethod.get(method) ?? []) {
      const found = pattern.exec(path);
      if (found) return { route, params: captured(names, found) };
    }
    return undefined;
  };
}

/** .NET's `StringComparer.OrdinalIgnoreCase`, which compares in upper case: `_` sorts behind `Z`. */
function byNameIgnoringCase(a: Route, b: Route): number {
  const [left, right] = [a.name.toUpperCase(), b.name.toUpperCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}

function refuseConflicts(routes: readonly Route[]): void {
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

function compile(route: Route): CompiledRoute {
  const names: string[] = [];
  const segments = route.route.split("/");
  let end = "/?";
  const patterns = segments.map((segment, index) => {
    const [, rest, name] = /^\{(\*?)(\w+)\}$/.exec(segment) ?? [];
    if (name === undefined) {
      if (!/^[\w.~-]+$/.test(segment)) {
        throw new TypeError(`function ${route.name}: the segment "${segment}" of its route can't be served`);
      }
      return `/${segment.replaceAll(".", "\\.")}`;
    }
    names.push(name);
    if (!rest) return "/([^/]+)";
    if (index < segments.length - 1) {
      throw new TypeError(`function ${route.name}: {*${name}} must be the last segment of its route`);
    }
    end = "";
    return "(?:/([^/].*)?)?";
  });
  return { route, names, pattern: new RegExp(`^/${ROUTE_PREFIX}${patterns.join("")}${end}$`, "is") };
}

const NO_PARAMS: Match["params"] = Object.freeze({});

/** A rest parameter that matched nothing has no member, as on Azure Functions. */
function captured(names: readonly string[], found: RegExpExecArray): Match["params"] {
  if (names.length === 0) return NO_PARAMS;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const value = found[index + 1];
    if (value !== undefined) params[name] = value;
  }
  return params;
}
