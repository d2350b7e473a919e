import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { catalogue, type ProblemCode } from "../../shared/errors/catalogue.ts";
import { LIMITS } from "../../shared/limits/tries.ts";
import type { StoredItem } from "../../shared/store/port.ts";
import { checkDeclared } from "../support/declared.ts";
import { COUNTED, changesBetween, RECORDED } from "../support/partition.ts";
import { type RawAnswer, type RawRequest, sendRaw } from "../support/raw.ts";
import type { TestService } from "../support/service.ts";
import { type Case, MARKER, requestOf, type Scene } from "./scene.ts";

const UUID_URN = /^urn:uuid:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Sends every case, and then the valid request: what refused the cases was the one thing wrong with each. Before the
 * owner has no tries left, an hour goes by, after which counting starts over.
 */
export async function expectRefusals(scene: Scene, cases: readonly Case[]): Promise<void> {
  let present = scene;
  let counted = 0;
  for (const [title, code, changes] of cases) {
    const request = await requestOf(
      present,
      typeof changes === "function" ? await changes(present) : changes,
    );
    await expectRefusal(present, request, code, title);
    if (!PROOFS_COUNTED.includes(code)) continue;
    counted++;
    if (counted % (LIMITS.proofs.perOwner - 1) === 0) present = await later(present, LIMITS.proofs.window);
  }
  const valid = { ...present, ...(present !== scene && (await scene.renewed?.())) };
  const { status, text } = await sendRaw(valid.service.origin, await requestOf(valid));
  expect.soft(status, `the valid request: ${text}`).toBeLessThan(300);
}

/** The scene when so many milliseconds have gone by, and the owner has signed in again. */
async function later(scene: Scene, milliseconds: number): Promise<Scene> {
  scene.service.advance(milliseconds / 1000);
  // Some of what was there has expired.
  left.delete(scene.service);
  return { ...scene, token: await scene.phone.signIn() };
}

/** What {@link observe} tells where a bad request left nothing behind. */
export const UNTOUCHED = { leaked: [], stored: "as before", errors: [] } as const;

/** The refusals that are counted as a try, whatever the endpoint. */
const PROOFS_COUNTED: readonly ProblemCode[] = ["proof-missing", "proof-invalid"];

/** The refusals of what a thief would try again and again. */
const TRIED: readonly ProblemCode[] = ["step-up-required", "activation-code-wrong", "contact-code-wrong"];

/** The refusals that the owner is told of, by their endpoint; the same one of an upload but once a minute. */
const TOLD: Readonly<Record<string, readonly ProblemCode[]>> = {
  "backup-upload": ["envelope-mismatch", "sharp-drop", "version-changed"],
  "recoveries-begin": ["version-not-found", "backup-off", "backup-deleted", "storage-account-missing"],
};

/**
 * One request is refused as the catalogue says, nothing of it comes back, and nothing is stored but that a refused proof
 * was counted, or the event of a refusal that the owner is told of.
 */
export async function expectRefusal(
  scene: Scene,
  request: RawRequest,
  code: ProblemCode,
  title: string,
): Promise<RawAnswer> {
  const { result: answer, ...seen } = await observe(scene, request);
  const { name } = scene.endpoint.declaration;
  // HEAD is answered without a body.
  const said = request.method === "HEAD" ? { code, faults: "none" } : readProblem(request, answer, scene);
  expect.soft({ ...seen, status: answer.status, ...said }, `${name}, ${title}`).toEqual({
    ...UNTOUCHED,
    stored: mayStore(name, code, seen.stored),
    status: catalogue[code].status,
    code,
    faults: "none",
  });
  return answer;
}

/** What a refusal has to leave in the store. @param stored what it left */
function mayStore(name: string, code: ProblemCode, stored: Stored): Stored {
  if (code === "recovery-key-wrong") return "recorded and counted";
  if (PROOFS_COUNTED.includes(code)) return "counted, without a proof";
  if (TRIED.includes(code)) return "counted";
  return TOLD[name]?.includes(code) && stored === "recorded" ? stored : "as before";
}

/** The partition as the last case of a service left it. */
const left = new WeakMap<TestService, readonly StoredItem[]>();

/** Sends a request, and tells what it left behind: in the answer, in the log and in the store. */
export async function observe(scene: Scene, request: RawRequest) {
  const { service, userId } = scene;
  // What one case left is what the next one finds: nobody else is at work here.
  const before = left.get(service) ?? (await service.adapters.store.list(userId, ""));
  const logged = service.lines.length;
  const result = await sendRaw(service.origin, request);
  const lines = service.lines.slice(logged);
  const after = await service.adapters.store.list(userId, "");
  left.set(service, after);
  const said = (result.text + JSON.stringify(lines)).toLowerCase();
  const secrets = request.headers.filter(
    ([name, { length }]) => /^(authorization|dpop)$/i.test(name) && length > 8,
  );
  return {
    result,
    leaked: [["marker", MARKER] as const, ...secrets]
      .filter(([, value]) => said.includes(value.replace(/^Bearer /, "").toLowerCase()))
      .map(([what]) => what),
    stored: whatWasStored(before, after),
    errors: lines.filter(({ level }) => level === "error"),
  };
}

/**
 * `recorded`: nothing but the event of a refusal, and in the backup's health that there was one; `counted`: nothing but
 * that it was tried, with a proof that is spent by it, or without one.
 */
type Stored =
  | "as before"
  | "recorded"
  | "counted"
  | "counted, without a proof"
  | "recorded and counted"
  | "changed";

function whatWasStored(before: readonly StoredItem[], after: readonly StoredItem[]): Stored {
  if (JSON.stringify(after) === JSON.stringify(before)) return "as before";
  const changes = changesBetween(before, after);
  if (isDeepStrictEqual(changes, COUNTED)) return "counted";
  if (isDeepStrictEqual(changes, { ...COUNTED, added: [] })) return "counted, without a proof";
  const besides = ["owner.backup.lastFailure", ...COUNTED.changed];
  const told = { ...changes, changed: changes.changed.filter((member) => !besides.includes(member)) };
  if (!isDeepStrictEqual(told, RECORDED)) return "changed";
  return changes.changed.includes("owner.tries") ? "recorded and counted" : "recorded";
}

/** The code of a problem, and what is wrong with the document. */
function readProblem(request: RawRequest, answer: RawAnswer, { service: { origin } }: Scene) {
  try {
    const problem = JSON.parse(answer.body);
    const { pathname } = new URL(request.target, origin);
    checkDeclared(request.method, pathname, answer.status, problem);
    checkDocument(problem, answer, origin);
    return { code: problem.code, faults: "none" };
  } catch (error) {
    return { code: undefined, faults: `${error}: ${answer.text}` };
  }
}

/** @throws {Error} it is no problem document (RFC 9457), or has not the headers of one */
function checkDocument(
  problem: Readonly<Record<string, unknown>>,
  { status, headers }: RawAnswer,
  origin: string,
) {
  expect(problem).toMatchObject({
    type: `${origin}/v1/problems/${problem.code}`,
    title: expect.any(String),
    detail: expect.any(String),
    instance: expect.stringMatching(UUID_URN),
    remedy: expect.any(String),
    retryable: catalogue[problem.code as ProblemCode].retryable,
  });
  expect(headers.get("Content-Type")).toBe("application/problem+json");
  expect(headers.get("Cache-Control")).toBe("no-store, no-transform");
  // RFC 9110, section 15.5.2.
  if (status === 401) expect(headers.get("WWW-Authenticate")).toMatch(/^(Bearer|DPoP)/);
}
