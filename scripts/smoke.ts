import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { createPhone } from "../local/phone/acts/phone.ts";
import type { Result } from "../local/phone/acts/problem.ts";
import { signIn } from "../local/phone/cli/tokens.ts";
import { contentsSchema } from "../local/phone/protocol/accounts.ts";
import { readWhole, runProgram, Stopped } from "../local/terminal/program.ts";
import { randomId, system } from "../shared/system.ts";

/** Milliseconds between two looks whether it is ready. */
const PAUSE = 5_000;

interface Smoke {
  readonly origin: string;
  /** An access token of a fresh sign-in, of the same owner each time, for the first or the second phone. */
  readonly token: (phone: 0 | 1) => Promise<string>;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds to wait until it is ready. */
  readonly within: number;
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  readonly say: (line: string) => void;
}

export class SmokeFailed extends Stopped {
  override readonly name = "SmokeFailed";
}

/** @throws {SmokeFailed} what didn't go as it should; what was made by then is erased where that still goes */
export async function smoke({ origin, token, fetch, say, ...waiting }: Smoke): Promise<void> {
  await untilReady({ origin, fetch, ...waiting });
  say("ready");
  const options = { origin, platform: "android", version: "6.8.0", fetch } as const;
  const first = await createPhone({ ...options, name: "Smoke test, first", token: () => token(0) });
  const second = await createPhone({ ...options, name: "Smoke test, second", token: () => token(1) });

  ok("registering", await first.register());
  const status = ok("asking for the status", await first.status());
  // Whose backup this is: erasing it at the end would be the owner's loss.
  if (status.state !== "off") {
    await first.revoke(first.deviceId);
    throw new SmokeFailed("this owner has a backup: take one who has none");
  }
  try {
    const sample = await readFile(new URL("../local/phone/sample-accounts.json", import.meta.url), "utf8");
    const contents = contentsSchema.parse(JSON.parse(sample));
    ok("turning on", await first.enable());
    ok("uploading", await first.upload(contents));
    say("backed up");
    ok("registering the second phone", await second.register());
    const recovered = await second.recover();
    ok<unknown>("recovering", recovered);
    if (!("contents" in recovered) || !isDeepStrictEqual(recovered.contents, contents)) {
      throw new SmokeFailed("what was recovered is not what was backed up");
    }
    say("recovered on another phone");
  } finally {
    ok("erasing", await first.erase());
  }
  say("erased");
}

/** @throws {SmokeFailed} not ready in time, with what it says of itself */
async function untilReady({
  origin,
  fetch,
  within,
  now,
  pause,
}: Pick<Smoke, "origin" | "fetch" | "within" | "now" | "pause">): Promise<void> {
  const deadline = now() + within;
  for (;;) {
    const found = await lookAt(`${origin}/v1/ready`, fetch);
    if (found === "ready") return;
    if (now() >= deadline) throw new SmokeFailed(`not ready: ${found}`);
    await pause(PAUSE);
  }
}

async function lookAt(address: string, fetch: Smoke["fetch"]): Promise<string> {
  try {
    const response = await fetch(address);
    const { code, parts, sweep } = (await response.json()) as Record<string, unknown>;
    // Timers can stay silent after a deployment, while every request is answered.
    if (response.status === 200) return sweep === "stale" ? "its timers do not run" : "ready";
    return [response.status, code, parts].filter((each) => each !== undefined).join(" ");
  } catch {
    return "no answer that could be read";
  }
}

function ok<Body>(act: string, result: Result<Body>): Body {
  if (result.ok) return result.body;
  const { status, code, instance } = result.problem;
  throw new SmokeFailed(`${act}: ${status} ${code} (${instance})`);
}

const PROGRAM = {
  name: "npm run -s smoke",
  about: `Tries a service that was deployed, as its owners' phones would: waits until it is ready and its timers run, backs up sample accounts on one phone, recovers them on another, and erases all of it.

Without --issuer, SMOKE_TOKENS holds two access tokens of an owner who has no backup, of two sign-ins within the last minutes, with white space between: a token is good for one phone.`,
  options: {
    origin: { type: "string", value: "URL", means: "the service, https://…; needed" },
    issuer: {
      type: "string",
      value: "URL",
      means: "a development issuer that it trusts, for staging; signs in an owner made up for this",
    },
    within: { type: "string", default: "10", value: "MINUTES", means: "how long to wait for it" },
  },
} as const;

if (import.meta.main) {
  await runProgram(PROGRAM, async ({ origin, issuer, within }) => {
    if (origin === undefined || !URL.canParse(origin)) {
      throw new SmokeFailed(
        `--origin is the service's address, https://…: ${PROGRAM.name} -- --help says more.`,
      );
    }
    const minutes = readWhole("--within", within);
    const owner = `smoke-${randomId(system)}`;
    const tokens = (process.env.SMOKE_TOKENS ?? "").split(/\s+/).filter(Boolean);
    if (issuer === undefined && tokens.length !== 2)
      throw new SmokeFailed("SMOKE_TOKENS: two tokens, see --help");
    const token = async (phone: 0 | 1) =>
      issuer === undefined ? (tokens[phone] ?? "") : await signIn(issuer, owner, fetch);
    await smoke({
      origin,
      token,
      fetch,
      within: minutes * 60_000,
      now: () => performance.now(),
      pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      say: (line) => console.log(`✓ ${line}`),
    });
  });
}
