import { endpoints } from "../../functions/endpoints.ts";
import { type Case, MARKER, type Scene } from "./scene.ts";

const bad = {
  "too short": MARKER,
  "too long": MARKER.repeat(4),
  "with a slash in it": `${MARKER}%2F${MARKER}`,
  "with a slash in it, in small letters": `${MARKER}%2f..%2f${MARKER}`,
  "with a backslash in it": `${MARKER}%5C${MARKER}`,
  "with a line break": `${MARKER.padEnd(43, "A")}%0A`,
  "with two line breaks": `${MARKER}%0D%0A${MARKER}`,
  "with a blank": `%20${MARKER}`,
  "with an escape character": `%1B${MARKER}`,
  "with padding": `${MARKER.padEnd(43, "A")}=`,
  "with a plus": `${MARKER.padEnd(42, "A")}+`,
  "with unicode": `${MARKER}%F0%9F%98%80`,
  "with full-width letters": "%EF%BC%A1".repeat(43),
  "with a broken escape": `${MARKER}%zz`,
  "with bytes that are no UTF-8": `${MARKER}%C0%AF`,
  "with a NUL encoded twice": `${MARKER}%2500`,
  "that is three dots": "...",
  "that is a prototype's": "__proto__",
  "that is an item's": `envelope:${MARKER}`,
};

/** The path with each of its parameters in turn in a wrong shape. */
export function ids({ endpoint, path }: Scene): Case[] {
  return withParameter({ endpoint, path }, bad).map(([what, target]) => [
    what,
    "parameter-invalid",
    { target },
  ]);
}

/** Dot segments take the parameter away, and what is left is no route. */
export function dots({ endpoint, path }: Scene): Case[] {
  const segments = { "that goes up": "..", "that goes up, encoded": "%2E%2e" };
  return withParameter({ endpoint, path }, segments).map(([what, target]) => [what, "not-found", { target }]);
}

function withParameter(
  { endpoint, path }: Pick<Scene, "endpoint" | "path">,
  values: Readonly<Record<string, string>>,
): [what: string, target: string][] {
  const template = `/v1/${endpoint.declaration.route}`.split("/");
  return template.flatMap((segment, index) =>
    segment.startsWith("{")
      ? Object.entries(values).map(([what, value]): [string, string] => [
          `${segment} ${what}`,
          path.split("/").with(index, value).join("/"),
        ])
      : [],
  );
}

/** Paths below the prefix at which there is nothing. */
export const unknownPaths: readonly string[] = [
  "/v1",
  "/v1/",
  `/v1/${MARKER}`,
  `/v1/backup/${MARKER}`,
  `/v1/backup%2Fkey`,
  `/v1/devices/a/${MARKER}`,
  "/v1/constructor",
  `/v1/%F0%9F%98%80/${MARKER}`,
  `/v1/${"a/".repeat(500)}${MARKER}`,
  `/v1/backup/../${MARKER}`,
];

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** The methods that a path has, and those that it has not. */
export function methodsOf(target: string): { allowed: string[]; others: string[] } {
  const [path = ""] = target.split("?");
  const allowed = endpoints
    .filter(({ declaration: { route } }) => isAt(path.split("/"), `/v1/${route}`.split("/")))
    .flatMap(({ access, declaration: { method } }) => (access === "anonymous" ? [method, "HEAD"] : [method]));
  return { allowed, others: METHODS.filter((method) => !allowed.includes(method)) };
}

function isAt(path: readonly string[], route: readonly string[]): boolean {
  return (
    path.length === route.length &&
    route.every((segment, index) => segment.startsWith("{") || segment === path[index])
  );
}
