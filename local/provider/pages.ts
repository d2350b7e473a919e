import type { IncomingMessage, ServerResponse } from "node:http";
import { LRUCache } from "lru-cache";
import { type Asked, createProvider, type Provider } from "./client.ts";
import { activationPage, formPage, PATHS, type Page, type Shown } from "./page.ts";
import { SAMPLE } from "./sample.ts";

/** Bytes of the longest form. */
const FORM_BYTES = 16 * 1024;

/** Activations whose codes are remembered: the service tells a code once. */
const MOST_SHOWN = 100;

interface PagesOptions {
  /** Where the service answers. */
  readonly origin: string;
  /** The token of the provider's app of an organization. */
  readonly token: (tenant: string) => Promise<string>;
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * A provider's two pages, as an `extra` of a host: {@link PATHS}. They are an account provider of their own, and know of the
 * service what it tells one. Returns whether the request was for them.
 */
export function providerPages({
  origin,
  token,
  fetch,
}: PagesOptions): (message: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const shown = new LRUCache<string, Shown>({ max: MOST_SHOWN });
  const providerOf = (tenant: string) =>
    createProvider({ origin, token: () => token(tenant), ...(fetch && { fetch }) });

  async function issue(page: Page, form: URLSearchParams): Promise<Reply> {
    const fields = Object.fromEntries(form);
    const { tenant = SAMPLE.tenant, subject = "", organization = "", userName = "" } = fields;
    const asked: Asked = {
      subject,
      route: page === "administrator" ? "administrator" : "self-service",
      showNumber: page === "security-info" || form.has("showNumber"),
      account: { organization, userName },
    };
    // The development issuer signs for what looks like an organization.
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(tenant)) {
      return { html: formPage(page, fields, "The organization's id is a GUID in small letters.") };
    }
    const issued = await providerOf(tenant).issue(asked);
    if (!issued.ok)
      return { html: formPage(page, fields, `${issued.problem.title}. ${issued.problem.detail}`) };
    const { activationId, code, qr } = issued.body;
    shown.set(activationId, { userName, organization, tenant, code, qr });
    return { location: addressOf(page, activationId) };
  }

  async function act(page: Page, activationId: string, what: string | null): Promise<Reply> {
    const known = shown.get(activationId);
    if (!known) return { location: PATHS[page] };
    const provider = providerOf(known.tenant);
    if (what === "cancel") await provider.cancel(activationId);
    if (what === "revoke") {
      const { credentialId } = await read(provider, activationId);
      if (credentialId !== undefined) await provider.revoke(credentialId);
    }
    return { location: addressOf(page, activationId) };
  }

  async function look(page: Page, activationId: string): Promise<Reply> {
    const known = shown.get(activationId);
    if (!known) return { html: formPage(page, {}, "This page no longer knows that code. Make another one.") };
    const provider = providerOf(known.tenant);
    const activation = await read(provider, activationId);
    const { credentialId } = activation;
    const live = credentialId === undefined ? undefined : await provider.credential(credentialId);
    return {
      html: activationPage(page, known, activation, live?.ok ? live.body.state === "live" : undefined),
    };
  }

  return async (message, response) => {
    const { pathname, searchParams } = new URL(message.url ?? "", "http://pages.invalid");
    const [page] = (Object.keys(PATHS) as Page[]).filter((name) => PATHS[name] === pathname);
    if (!page) return false;
    const activationId = searchParams.get("activation");
    if (message.method === "GET") {
      answer(response, activationId === null ? { html: formPage(page) } : await look(page, activationId));
    } else if (message.method !== "POST" || !isOwn(message)) {
      response.writeHead(message.method === "POST" ? 403 : 405, { allow: "GET, POST" }).end();
    } else {
      const form = new URLSearchParams(await readForm(message));
      answer(
        response,
        activationId === null ? await issue(page, form) : await act(page, activationId, form.get("act")),
      );
    }
    return true;
  };
}

type Reply = { readonly html: string } | { readonly location: string };

const addressOf = (page: Page, activationId: string) =>
  `${PATHS[page]}?activation=${encodeURIComponent(activationId)}`;

async function read(provider: Provider, activationId: string) {
  const result = await provider.read(activationId);
  // It is no longer kept.
  return result.ok ? result.body : { activationId, state: "expired", expiresAt: "" };
}

/** Whether a form was sent by one of these pages: any other site could have a browser send one. */
function isOwn({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

function answer(response: ServerResponse, reply: Reply): void {
  // After a form, so that reloading sends nothing twice.
  if ("location" in reply) {
    response.writeHead(303, { location: reply.location, "cache-control": "no-store" }).end();
    return;
  }
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-length": Buffer.byteLength(reply.html),
    "cache-control": "no-store",
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",
  });
  response.end(reply.html);
}

/** The form's text, cut off where it is too long for one. */
async function readForm(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= FORM_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
