import type { IncomingMessage, ServerResponse } from "node:http";
import { ROUTE_PREFIX } from "../../../shared/http/message.ts";
import { escaped } from "../../../shared/http/page.ts";
import { TOKEN_PATH } from "../../issuer/http.ts";
import { type Document, interfaceOf } from "./interface.ts";
import { answerPage, type LocalPage } from "./pages.ts";

interface Place {
  /** Where the host listens. */
  readonly origin: string;
  /** What phones call it. */
  readonly publicOrigin: string;
  /** The other pages of the host. */
  readonly pages: readonly LocalPage[];
}

/**
 * The first page of the local host, at `/`, as an `extra` of a host: where to begin, the other pages, and every request of
 * the interface. The deployed app has nothing there. Returns whether the request was for it.
 */
export function beginHandler(
  place: Place,
): (message: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  return async (message, response) => {
    const [path] = (message.url ?? "").split("?", 1);
    if (path !== "/" || !["GET", "HEAD"].includes(message.method ?? "")) return false;
    const { default: document } = await import("../../../docs/openapi.json", { with: { type: "json" } });
    const body = [beginning(place), interfaceOf(document as Document)].join("\n");
    answerPage(message, response, { title: "Authenticator backup, on this machine", body });
    return true;
  };
}

/** What the host serves besides, and a person may want to look at. */
const SERVED: readonly LocalPage[] = [
  { path: `/${ROUTE_PREFIX}/problems`, title: "Problems", about: "What each refusal means, and what to do." },
  {
    path: `/${ROUTE_PREFIX}/openapi.json`,
    title: "openapi.json",
    about: "The interface below, for your tools.",
  },
];

function beginning({ origin, publicOrigin, pages }: Place): string {
  const option = origin === "http://127.0.0.1:7071" ? "" : ` --origin ${origin}`;
  const commands = [
    `curl '${origin}${TOKEN_PATH}?owner=alice'`,
    `npm run phone -- turn-on${option}`,
    `npm run phone -- upload local/phone/sample-accounts.json${option}`,
    `npm run phone -- recover --phone second${option}`,
  ].join("\n");
  return `<h1>Authenticator backup, on this machine</h1>
<p>The service answers at <code>${escaped(publicOrigin)}/${ROUTE_PREFIX}</code>. It keeps an authenticator app's backup: a phone
uploads it encrypted, and on a new phone the owner signs in with the same account and has it back.</p>
<h2>Where to begin</h2>
<p>In a terminal, in the folder of this checkout: a token for a made-up owner; a phone that turns backup on and uploads
accounts; a second phone that recovers them.</p>
<pre tabindex="0" role="region" aria-label="Commands to begin with"><code>${escaped(commands)}</code></pre>
<p>An app makes two things that no tool makes for you: a proof for each request, and the envelope of a backup. Byte for byte they
are in the checkout's <code>docs/protocol.md</code>. The headers of a phone, for a request of your own:</p>
<pre tabindex="0" role="region" aria-label="A request of your own"><code>npm run -s phone -- headers GET /${ROUTE_PREFIX}/backup${escaped(option)} |
  curl -H @- ${escaped(origin)}/${ROUTE_PREFIX}/backup</code></pre>
<h2>Look at</h2>
<ul>
${[...pages, ...SERVED].map(({ path, title, about }) => `<li><a href="${path}">${escaped(title)}</a>: ${escaped(about)}`).join("\n")}
</ul>`;
}
