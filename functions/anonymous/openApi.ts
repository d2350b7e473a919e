import { hash } from "node:crypto";
import * as z from "zod";
import { anonymous } from "../../shared/http/endpoint.ts";
import { isUnchanged } from "../../shared/status/etag.ts";

/** Seconds that a copy is good for: it changes with a release alone. */
const GOOD_FOR = 3_600;

/** Once a process, and not at its start. */
let loaded: Promise<{ readonly json: string; readonly etag: string }> | undefined;

/** GET openapi.json: the interface as an app developer's tools want it. */
export const openApi = anonymous(
  {
    name: "service-openapi",
    method: "GET",
    route: "openapi.json",
    summary: "Answers this document: the service's interface by OpenAPI 3.1.",
    headers: z.object({ "If-None-Match": z.string().optional() }),
    answers: { 200: z.looseObject({ openapi: z.string() }), 304: null },
    problems: [],
  },
  async ({ headers: given }) => {
    loaded ??= load();
    const { json, etag } = await loaded;
    const headers = { ETag: etag, "Cache-Control": `public, max-age=${GOOD_FOR}, no-transform` };
    if (isUnchanged(given["If-None-Match"], etag)) return { status: 304, headers };
    return { status: 200, headers, content: json };
  },
);

async function load() {
  const { default: document } = await import("../../docs/openapi.json", { with: { type: "json" } });
  const json = JSON.stringify(document);
  return { json, etag: `"openapi.${hash("sha256", json, "base64url").slice(0, 22)}"` };
}
