import type { RawRequest } from "../support/raw.ts";
import { type Changes, MARKER, requestOf, type Scene } from "./scene.ts";

/** The valid request with headers more or others; the rest of it as it was. */
async function withHeaders(scene: Scene, headers: NonNullable<Changes["headers"]>): Promise<RawRequest> {
  return await requestOf(scene, { headers });
}

/** What a host refuses on its own, with an empty 400: the service sees nothing of it, or half of it. */
export const unread: Readonly<Record<string, (scene: Scene) => Promise<RawRequest>>> = {
  "a NUL in the address": (scene) => requestOf(scene, { target: `${scene.path}/${MARKER}%00` }),
  "bytes in the address that are not encoded": (scene) =>
    requestOf(scene, { target: `${scene.path}/${MARKER}é` }),
  "a header with a NUL": (scene) => withHeaders(scene, { "X-Thing": `${MARKER}\0` }),
  "a header without a name": (scene) => withHeaders(scene, { "": MARKER }),
  "a header with a blank in its name": (scene) => withHeaders(scene, { [`X ${MARKER}`]: "1" }),
};

/** Lengths that are none, or lie, of the endpoints that take a body. */
export const lengths: typeof unread = {
  "two lengths": (scene) => withHeaders(scene, { "Content-Length": ["3", "4"] }),
  "a length that is no number": (scene) => withHeaders(scene, { "Content-Length": MARKER }),
  "a negative length": (scene) => withHeaders(scene, { "Content-Length": "-1" }),
  "a length and chunks": (scene) => withHeaders(scene, { "Transfer-Encoding": "chunked" }),
  "a body longer than its length": async (scene) => {
    const request = await withHeaders(scene, { "Content-Length": "1" });
    return { ...request, body: `{${MARKER}` };
  },
  "a body cut off": async (scene) => {
    const request = await withHeaders(scene, { "Content-Length": "999999" });
    return { ...request, body: `{"${MARKER}"`, hangUp: true };
  },
};
