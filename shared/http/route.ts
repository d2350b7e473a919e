/** A route of Azure Functions as a pattern: literals ignoring case, `{name}` one segment, `{*name}` the rest. */
export function routePattern(route: string): RegExp {
  const segments = route.split("/").map((segment) => {
    const parameter = /^\{(\*?)(\w+)\}$/.exec(segment);
    if (!parameter) return segment.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return parameter[1] === "*" ? `(?<${parameter[2]}>.*)` : `(?<${parameter[2]}>[^/]+)`;
  });
  return new RegExp(`^${segments.join("/")}$`, "i");
}
