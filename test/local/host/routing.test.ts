import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePath, splitTarget } from "../../../local/host/path.ts";
import type { Route } from "../../../shared/http/message.ts";
import { compileRoutes } from "../../../shared/http/route.ts";

const route = (name: string, path: string, methods = ["GET"]): Route => ({
  name,
  methods,
  route: path,
  handle: async () => ({ status: 200, headers: {} }),
});

function find(routes: readonly Route[], path: string, method = "GET") {
  const match = compileRoutes(routes)(method, decodePath(path) ?? "");
  return match && { name: match.route.name, params: match.params };
}

describe("the order in which functions are tried", () => {
  it("is that of their names, so that a parameter can win over a literal", () => {
    const routes = [route("b-literal", "devices/mine"), route("a-parameter", "devices/{deviceId}")];
    expect(find(routes, "/v1/devices/mine")).toEqual({ name: "a-parameter", params: { deviceId: "mine" } });
  });

  it("ignores the case of names, and puts an underscore behind the letters", () => {
    const routes = [route("b_", "{x}"), route("Ba", "{y}"), route("AZ", "nowhere")];
    expect(find(routes, "/v1/1")).toMatchObject({ name: "Ba" });
  });

  it("goes on to the next function if the method is another", () => {
    const routes = [
      route("a", "backup", ["GET"]),
      route("b", "backup", ["PUT"]),
      route("z", "{*path}", ["HEAD"]),
    ];
    expect(find(routes, "/v1/backup", "PUT")).toMatchObject({ name: "b" });
    expect(find(routes, "/v1/backup", "HEAD")).toEqual({ name: "z", params: { path: "backup" } });
    expect(find(routes, "/v1/backup", "PROPFIND")).toBeUndefined();
  });
});

describe("a route template", () => {
  const routes = [
    route("document", "openapi.json"),
    route("restore", "backup/versions/{n}/restore"),
    route("version", "backup/versions/{n}"),
  ];

  it.each(["/v1/openapi.json", "/V1/OpenAPI.JSON", "/v1/open%41pi.json", "/v1/openapi.json/"])(
    "matches %s whatever its case, escapes and slash at the end",
    (path) => expect(find(routes, path)).toEqual({ name: "document", params: {} }),
  );

  it.each([
    "/v1/openapiXjson",
    "/v1/openapi.json/more",
    "/v1/openapi.json//",
    "/v1//openapi.json",
    "/v1openapi.json",
    "/openapi.json",
    "/v2/openapi.json",
    "/v1/backup/versions/",
    "/v1/backup/versions//restore",
    "/v1/backup/versions/1/2/restore",
  ])("doesn't match %s", (path) => expect(find(routes, path)).toBeUndefined());

  it("captures one segment for each parameter", () => {
    expect(find(routes, "/v1/backup/versions/7/restore")).toEqual({ name: "restore", params: { n: "7" } });
  });

  it.each([
    ["/v1", undefined],
    ["/v1/", undefined],
    ["/v1/a", "a"],
    ["/v1/a/b//c/", "a/b//c/"],
    ["/v1/a%0Ab", "a\nb"],
  ])("with a rest parameter matches %s", (path, rest) => {
    const params = rest === undefined ? {} : { path: rest };
    expect(find([route("z", "{*path}")], path)).toEqual({ name: "z", params });
  });

  it("with a rest parameter doesn't match an empty first segment", () => {
    expect(find([route("z", "{*path}")], "/v1//a")).toBeUndefined();
  });

  it.each(["a/{*rest}/b", "{n:int}", "{n?}", "x{n}", "", "a//b", "/a"])(
    "that can't be served is refused when the host starts: %j",
    (template) => expect(() => compileRoutes([route("f", template)])).toThrow(/^function f: /),
  );

  it("or name that the real host reserves is refused when the host starts", () => {
    expect(() => compileRoutes([route("f", "Admin/x")])).toThrow(/reserved/);
    expect(() => compileRoutes([route("runtimeInfo", "x")])).toThrow(/reserved/);
  });

  it("of two functions with a method in common is refused when the host starts", () => {
    expect(() => compileRoutes([route("f", "x", ["GET", "PUT"]), route("g", "X", ["PUT"])])).toThrow(
      "function g conflicts with f: PUT x",
    );
    expect(() => compileRoutes([route("f", "x"), route("F", "y")])).toThrow(/conflicts/);
  });
});

describe("a path", () => {
  it.each([
    ["/v1/a%20b", "/v1/a b"],
    ["/v1/a%2Fb%2fc", "/v1/a%2Fb%2fc"],
    ["/v1/%E4%BD%A0%F0%9F%98%80", "/v1/你😀"],
    ["/v1/%252F", "/v1/%2F"],
    ["/v1/%", "/v1/%"],
    ["/v1/%zz%4", "/v1/%zz%4"],
    ["/v1/%C0%AF", "/v1/%C0%AF"],
    ["/v1/%ED%A0%80", "/v1/%ED%A0%80"],
    ["/v1/%FF%41", "/v1/%FFA"],
    ["/v1/x/../a/./b", "/v1/a/b"],
    ["/v1/x/%2e%2e/a/..", "/v1/"],
    ["/../../v1", "/v1"],
    ["/v1/.well-known/..x", "/v1/.well-known/..x"],
  ])("%s is matched as %s", (path, decoded) => expect(decodePath(path)).toBe(decoded));

  it("with a NUL is refused", () => expect(decodePath("/v1/%00")).toBeUndefined());

  it("of any form can be decoded", () => {
    const piece = fc.oneof(fc.constantFrom("%", "/", ".", "..", "%2F", "%2e", "%e4"), fc.string());
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const decoded = decodePath(`/${pieces.join("")}`);
        expect(decoded?.split("/")).not.toContain("..");
      }),
    );
  });

  it.each([
    ["/v1/a?b=c?d", "/v1/a", "b=c?d"],
    ["/v1/a?", "/v1/a", ""],
    ["http://host:1/v1/a?b", "/v1/a", "b"],
    ["HTTP://host?b", "/", "b"],
    ["*", "*", ""],
  ])("of the request target %s is split off", (target, path, query) =>
    expect(splitTarget(target)).toEqual({ path, query }),
  );
});
