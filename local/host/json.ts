import type { IncomingMessage, ServerResponse } from "node:http";

/** What the development parts of a host answer with. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
  /** The methods, where another was used. */
  readonly allow?: string;
}

export function answerJson(response: ServerResponse, { status, body, allow }: JsonAnswer): void {
  const content = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(content),
    "cache-control": "no-store",
    ...(allow && { allow }),
  });
  response.end(content);
}

/** In the form of RFC 6749, section 5.2. */
export function refusal(description: string, status = 400): JsonAnswer {
  return { status, body: { error: "invalid_request", error_description: description } };
}

/** The JSON of a request's body; undefined if it is none, or has more than `most` bytes. */
export async function readJson(message: IncomingMessage, most: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to the end nevertheless: leaving the loop would close the connection before the answer.
    if (bytes <= most) chunks.push(chunk);
  }
  if (bytes > most) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}
