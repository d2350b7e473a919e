import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod";
import { timestampOf } from "../../shared/words.ts";
import { type Clock, MOST } from "./clock.ts";
import { answerJson, type JsonAnswer, readJson, refusal } from "./json.ts";

export const CLOCK_PATH = "/dev/clock";

/** Bytes of the longest request. */
const BODY_BYTES = 1024;

const request = z.strictObject({ seconds: z.int().min(1).max(MOST) });

const LOOPBACK = ["127.0.0.1", "::1", "::ffff:127.0.0.1"];

/**
 * The clock's address, as an `extra` of a host: `GET` tells the time, `POST` with `{"seconds": n}` moves it on. Only for
 * this machine. Returns whether the request was for it.
 */
export function clockHandler(
  clock: Clock,
): (message: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  return async (message, response) => {
    if (message.url?.split("?", 1)[0] !== CLOCK_PATH) return false;
    if (!LOOPBACK.includes(message.socket.remoteAddress ?? "")) return false;
    answerJson(response, await answer(clock, message));
    return true;
  };
}

async function answer(clock: Clock, message: IncomingMessage): Promise<JsonAnswer> {
  const { method, headers } = message;
  if (method === "GET") return told(clock);
  if (method !== "POST") return { ...refusal("use GET or POST", 405), allow: "GET, POST" };
  // A page of another origin can't send this type without asking first, and nobody would answer it.
  if (headers["content-type"] !== "application/json") return refusal("send application/json", 415);
  const { success, data } = request.safeParse(await readJson(message, BODY_BYTES));
  if (!success || clock.ahead() + data.seconds > MOST) {
    return refusal(`the body must be {"seconds": n}, 1 or more, and the clock at most ${MOST} ahead`);
  }
  await clock.advance(data.seconds);
  return told(clock);
}

function told(clock: Clock): JsonAnswer {
  return { status: 200, body: { now: timestampOf(clock.now()), aheadSeconds: clock.ahead() } };
}
