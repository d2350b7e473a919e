import type { IncomingMessage, ServerResponse } from "node:http";
import { pageAnswer } from "../../../shared/http/page.ts";

/** A page of the local host, as its first page lists it. */
export interface LocalPage {
  readonly path: string;
  readonly title: string;
  /** What is seen there, in a sentence. */
  readonly about: string;
}

/** Of all pages of the local host. No tables: a narrow screen has no room for their columns. */
const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{max-width:64rem;margin:0 auto;padding:1rem}
h1,h2,h3{line-height:1.2;overflow-wrap:anywhere}
h2{margin-top:3rem}
a:focus-visible,summary:focus-visible,pre:focus-visible{outline:2px solid;outline-offset:2px}
code,pre{font:.9rem/1.4 ui-monospace,monospace}
pre{overflow-x:auto;padding:.75rem;border:1px solid color-mix(in srgb,CanvasText 25%,Canvas)}
dl{overflow-wrap:anywhere}
dt{margin-top:.5rem}
dd{margin-left:1.5rem}
time{font-variant-numeric:tabular-nums}
details{border-bottom:1px solid color-mix(in srgb,CanvasText 25%,Canvas)}
details>:not(summary){margin-left:1rem}
summary{padding:.6rem 0;cursor:pointer;overflow-wrap:anywhere}
.method{display:inline-block;min-width:4.5rem;font-weight:bold}
.dim{color:color-mix(in srgb,CanvasText 75%,Canvas)}
nav ul{columns:16rem;padding-left:1.2rem}`;

/** Answers with a page. @param body markup, in which all text is escaped */
export function answerPage(
  { method }: IncomingMessage,
  response: ServerResponse,
  page: { readonly title: string; readonly body: string },
): void {
  const { headers, content } = pageAnswer({ language: "en", style: STYLE, ...page });
  response.writeHead(200, {
    ...headers,
    "Content-Length": Buffer.byteLength(content),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(method === "HEAD" ? undefined : content);
}
