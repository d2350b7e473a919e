import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { catalogue, type ProblemCode } from "../../../shared/errors/catalogue.ts";
import type { StoredItem } from "../../../shared/store/port.ts";
import { checkDeclared } from "../../support/declared.ts";
import { changesBetween, RECORDED } from "../../support/partition.ts";
import { type RawAnswer, type RawRequest, sendRaw } from "../../support/raw.ts";
import type { TestService } from "../../support/service.ts";
import { type Case, MARKER, requestOf, type Scene } from "./scene.ts";

const UUID_URN = /^urn:uuid:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Sends every case, and then the valid request: what refused the cases was the one thing wrong with each. */
export async function expectRefusals(scene: Scene, cases: readonly Case[]): Promise<void> {
  for (const [title, code, changes] of cases) {
    const request = await requestOf(scene, typeof changes === "function" ? await changes(scene) : changes);
    await expectRefusal(scene, request, code, title);
  }
  const { status, text } = await sendRaw(scene.service.origin, await requestOf(scene));
  expect.soft(status, `the valid request: ${text}`).toBeLessThan(300);
}

/** What {@link observe} tells where a bad request left nothing behind. */
export const UNTOUCHED = { leaked: [], stored: "as before", errors: [] } as const;

/** The refusals that the owner is told of, by their endpoint; the same one of an upload but once a minute. */
const TOLD: Readonly<Record<string, readonly ProblemCode[]>> = {
  "backup-upload": ["envelope-mismatch", "version-changed"],
  "recoveries-begin": ["version-not-found"],
};

/**
 * One request is refused as the catalogue says, nothing of it comes back, and nothing is stored but the event of a
 * refusal that the owner is told of.
 */
export async function expectRefusal(
  scene: Scene,
  request: RawRequest,
  code: ProblemCode,
  title: string,
): Promise<RawAnswer> {
  const { result: answer, ...seen } = await observe(scene, request);
  const { name } = scene.endpoint.declaration;
  const stored = TOLD[name]?.includes(code) && seen.stored === "recorded" ? seen.stored : "as before";
  // HEAD is answered without a body.
  const said = request.method === "HEAD" ? { code, faults: "none" } : readProblem(request, answer, scene);
  expect
    .soft({ ...seen, status: answer.status, ...said }, `${name}, ${title}`)
    .toEqual({ ...UNTOUCHED, stored, status: catalogue[code].status, code, faults: "none" });
  return answer;
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

/** `recorded`: nothing but the event of a refusal, and in the backup's health that there was one. */
function whatWasStored(before: readonly StoredItem[], after: readonly StoredItem[]) {
  if (JSON.stringify(after) === JSON.stringify(before)) return "as before";
  const { changed, ...items } = changesBetween(before, after);
  const told = { ...items, changed: changed.filter((member) => member !== "owner.backup.lastFailure") };
  return isDeepStrictEqual(told, RECORDED) ? "recorded" : "changed";
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
    retryable: false,
  });
  expect(headers.get("Content-Type")).toBe("application/problem+json");
  expect(headers.get("Cache-Control")).toBe("no-store");
  // RFC 9110, section 15.5.2.
  if (status === 401) expect(headers.get("WWW-Authenticate")).toMatch(/^(Bearer|DPoP)/);
}
