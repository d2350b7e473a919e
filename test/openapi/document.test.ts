import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { endpoints } from "../../functions/endpoints.ts";
import { codesOf, openApiDocument, openApiText } from "../../scripts/openapi/document.ts";
import { examples, members, parameters } from "../../scripts/openapi/examples.ts";
import { catalogue, type ProblemCode } from "../../shared/errors/catalogue.ts";
import type { Endpoint } from "../../shared/http/endpoint.ts";
import { type Changes, requestOf, type Sample, sceneOf, startScene } from "../hostile/scene.ts";
import { type RawAnswer, sendRaw } from "../support/raw.ts";
import { registeredPhone, startService } from "../support/service.ts";

const written = await readFile(new URL("../../docs/openapi.json", import.meta.url), "utf8");
const document = JSON.parse(written);

/** The document's word with every `$ref` in it followed. */
function followed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(followed);
  if (typeof node !== "object" || node === null) return node;
  if ("$ref" in node) {
    const steps = String(node.$ref).slice(2).split("/");
    return followed(steps.reduce((at, step) => at[step], document));
  }
  // Of use to generators alone.
  const { discriminator: _, examples: __, ...rest } = node as Record<string, unknown>;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, followed(value)]));
}

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<
      string,
      { readonly headers: Readonly<Record<string, { required?: boolean }>>; readonly content?: Content }
    >
  >;
}

type Content = Readonly<Record<string, { readonly schema: z.core.JSONSchema.JSONSchema }>>;

function operationOf({ declaration: { method, route } }: Endpoint): Operation {
  return followed(document.paths[`/${route}`][method.toLowerCase()]) as Operation;
}

/** What comes with the connection, and of the entity itself. */
const OF_HTTP = ["connection", "content-length", "content-type", "date", "keep-alive", "transfer-encoding"];

/** An answer is one that the document tells of: its status, each of its headers, and its body. */
function expectTold(endpoint: Endpoint, answer: RawAnswer): void {
  const told = operationOf(endpoint).responses[answer.status];
  const names = Object.keys(told?.headers ?? {}).map((name) => name.toLowerCase());
  const sent = [...answer.headers.keys()].filter((name) => !OF_HTTP.includes(name));
  expect(names, `${endpoint.declaration.name} ${answer.status}`).toEqual(expect.arrayContaining(sent));
  const needed = Object.entries(told?.headers ?? {}).filter(([, { required }]) => required);
  expect(sent).toEqual(expect.arrayContaining(needed.map(([name]) => name.toLowerCase())));
  const type = answer.headers.get("content-type");
  const types = Object.keys(told?.content ?? {}).filter(
    (each) => each === type || !each.startsWith("text/html"),
  );
  expect(types).toEqual(type === null ? [] : [type]);
  const schema = type === null ? undefined : told?.content?.[type]?.schema;
  if (schema) z.fromJSONSchema(schema).parse(JSON.parse(answer.body));
}

/** Their examples are what the catalogue says. */
const OF_TEXTS = new Set(["service-problem", "service-problems"]);

const named = endpoints.map((endpoint) => [endpoint.declaration.name, endpoint] as const);

describe("docs/openapi.json", () => {
  it("says what the declarations say: `npm run openapi` writes it", () => {
    expect(written).toBe(openApiText());
  });

  it("says what each parameter and each member means: scripts/openapi/meanings.ts", () => {
    const { missing, unused } = openApiDocument();
    expect({ missing, unused }).toEqual({ missing: [], unused: [] });
  });

  it("tells of every endpoint, once, and of no other", () => {
    const told = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(told.toSorted()).toEqual(named.map(([name]) => name).toSorted());
  });

  it.each(named)("tells of every problem of %s, each under its status", (_, endpoint) => {
    const { responses } = operationOf(endpoint);
    const told = Object.entries(responses).flatMap(([status, { content }]) => {
      const schema = content?.["application/problem+json"]?.schema;
      const each = (schema?.oneOf ?? (schema ? [schema] : [])) as {
        allOf: [unknown, { properties: { code: { const: string } } }];
      }[];
      return each.map(({ allOf: [, { properties }] }) => `${status} ${properties.code.const}`);
    });
    expect(told.toSorted()).toEqual(
      codesOf(endpoint)
        .map((code) => `${catalogue[code].status} ${code}`)
        .toSorted(),
    );
  });

  it.each(named)(
    "has an example of what %s takes and gives, in the form that is declared",
    (name, endpoint) => {
      const { body, answers } = endpoint.declaration;
      const { body: sent, answers: got } = examples[name] ?? {};
      expect(sent === undefined).toBe(body === undefined);
      if (body) body.parse(sent);
      const withBody = Object.entries<z.ZodType | null>(answers).flatMap(([status, schema]) =>
        schema ? [[status, schema] as const] : [],
      );
      for (const [status, schema] of OF_TEXTS.has(name) ? [] : withBody) {
        schema.parse(got?.[Number(status)]);
      }
      expect(Object.keys(got ?? {})).toEqual(OF_TEXTS.has(name) ? [] : withBody.map(([status]) => status));
    },
  );

  it.each(Object.keys(catalogue) as ProblemCode[])(
    "has an example of what the problem %s carries",
    (code) => {
      const schema: z.ZodObject = catalogue[code].members;
      schema.parse(members[code] ?? {});
      expect(members[code] === undefined).toBe(Object.keys(schema.shape).length === 0);
    },
  );
});

describe("what an app developer's tools are told is what happens", () => {
  it.each(named)("to a valid request of %s", async (_, endpoint) => {
    const scene = await startScene(endpoint);
    const { parameters: needed, requestBody } = operationOf(endpoint);
    const body = requestBody?.content["application/json"]?.schema;
    const request = await requestOf(scene, { headers: { "User-Agent": undefined } });
    if (body) z.fromJSONSchema(body).parse(scene.body);
    const sent = new Set(request.headers.map(([name]) => name.toLowerCase()));
    for (const { name, in: place, required } of needed) {
      if (place === "header" && required) expect(sent).toContain(name.toLowerCase());
    }
    const answer = await sendRaw(scene.service.origin, request);
    expect(answer.status).toBeLessThan(400);
    expectTold(endpoint, answer);
    const told = operationOf(endpoint).responses[answer.status]?.headers ?? {};
    expect(answer.headers.has("ETag")).toBe("ETag" in told);
  });

  const ofPhones = named.filter(([, { access }]) => access !== "anonymous");

  it.each<[string, Changes]>([
    ["without a token", { headers: { Authorization: undefined } }],
    ["without a proof", { headers: { DPoP: undefined } }],
    ["of no platform", { headers: { "X-Client-Platform": undefined } }],
  ])("to a request %s", async (_, changes) => {
    const service = await startService();
    const phone = await registeredPhone(service);
    for (const [name, endpoint] of ofPhones) {
      const path = `/v1/${endpoint.declaration.route.replace(/\{(\w+)\}/g, (_: string, each: string) => parameters[each] ?? "")}`;
      const body = examples[name]?.body as Sample["body"];
      const scene = await sceneOf(service, endpoint, { phone, path, ...(body && { body }) });
      const answer = await sendRaw(service.origin, await requestOf(scene, changes));
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expectTold(endpoint, answer);
    }
  });

  it("where the store can't be reached, and when to come back", async () => {
    const service = await startService({
      wrap: (adapters) => ({
        ...adapters,
        store: { ...adapters.store, check: () => Promise.reject(new Error("no")) },
      }),
    });
    const answer = await sendRaw(service.origin, { method: "GET", target: "/v1/ready", headers: [] });
    expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "5"]);
    const [, endpoint] = named.find(([name]) => name === "service-ready") ?? [];
    expectTold(endpoint as Endpoint, answer);
  });
});

describe("GET openapi.json", () => {
  const ask = async (origin: string, headers: RawAnswer["headers"] | [string, string][] = [], target = "") =>
    await sendRaw(origin, { method: "GET", target: `/v1/openapi.json${target}`, headers: [...headers] });

  it("serves the document as it is written, to be kept for a while", async () => {
    const { origin } = await startService();
    const answer = await ask(origin);
    expect([answer.status, answer.headers.get("Cache-Control")]).toEqual([
      200,
      "public, max-age=3600, no-transform",
    ]);
    expect(JSON.parse(answer.body)).toEqual(document);
  });

  it("says that nothing has changed to whoever has it, and serves it to whoever has another", async () => {
    const { origin } = await startService();
    const etag = (await ask(origin)).headers.get("ETag") ?? "";
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const { status, body, headers } = await ask(origin, [["If-None-Match", given]]);
      expect([status, body, headers.get("ETag")]).toEqual([304, "", etag]);
    }
    const other = etag.replace(/.{2}"$/, '__"');
    expect((await ask(origin, [["If-None-Match", other]])).status).toBe(200);
  });

  it("asks nothing of whoever comes with a query, a token or a proof", async () => {
    const service = await startService();
    const { origin } = service;
    const token = await (await registeredPhone(service)).signIn();
    const headers: [string, string][] = [
      ["Authorization", `Bearer ${token}`],
      ["DPoP", "x"],
      ["Accept", "text/html"],
    ];
    expect((await ask(origin, headers, "?a=b&a=c")).status).toBe(200);
  });
});
