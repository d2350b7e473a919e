import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpResponse } from "../../shared/http/message.ts";
import { BODY_BYTES, unreadBytes } from "./request.ts";

/** Milliseconds that a client has to finish an upload after its request was answered. */
const LINGER_MS = 5_000;

/**
 * Writes the answer. What the handler did not read of a body of known length, up to {@link BODY_BYTES}, is discarded
 * and the connection kept; otherwise, or when `close` says so, the connection ends with this answer.
 */
export function answer(
  message: IncomingMessage,
  response: ServerResponse,
  { status, headers, body = "" }: HttpResponse,
  close: boolean,
): void {
  if (response.destroyed) return;
  const bodyless = status === 204 || status === 304;
  const content = bodyless ? "" : body;
  const head: Record<string, string | number> = { ...headers };
  const unread = unreadBytes(message);
  const last = close || unread > BODY_BYTES;
  const lingers = last && unread > 0;
  // Without a length node:http sends chunks, as the real host does. Who still sends must see where the answer ends.
  const saysLength = lingers || content === "";
  if (saysLength && !bodyless && message.method !== "HEAD")
    head["content-length"] = Buffer.byteLength(content);
  if (last) head.connection = "close";
  response.writeHead(status, head);
  if (lingers) linger(message, response, content);
  else response.end(content);
}

/**
 * Sends the whole answer and ends the connection once the client has stopped sending. Closing a socket that
 * has unread bytes resets it, and the reset can overtake the answer (RFC 9112, section 9.6).
 */
function linger(message: IncomingMessage, response: ServerResponse, content: string): void {
  response.flushHeaders();
  if (content) response.write(content);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS).unref();
  let discarded = 0;
  message.on("data", (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > BODY_BYTES) end();
  });
  message.once("end", end);
  message.once("close", end);
}
