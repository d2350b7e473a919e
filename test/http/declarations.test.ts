import { describe, expect, it } from "vitest";
import * as z from "zod";
import { describeProblem } from "../../functions/anonymous/describeProblem.ts";
import { endpoints } from "../../functions/endpoints.ts";
import { catalogue, type ProblemCode } from "../../shared/errors/catalogue.ts";
import { describeCode } from "../../shared/errors/problem.ts";
import { anonymous, forNewPhone, forOwner } from "../../shared/http/endpoint.ts";
import { problemsOf } from "../../shared/http/problems.ts";
import { violationsOf } from "../../shared/http/violations.ts";

const declared = {
  name: "x",
  method: "GET",
  route: "x",
  summary: "",
  answers: {},
  problems: ["backup-off"],
} as const;
const nothing = async () => ({ status: 204 });

describe("the problems of an endpoint", () => {
  it("are its own, and few more where anyone may call", () => {
    expect([...problemsOf(anonymous(declared, nothing))].sort()).toEqual([
      "backup-off",
      "data-unreadable",
      "internal",
      "store-unavailable",
    ]);
  });

  it.each([
    ["a parameter", { params: z.strictObject({}) }, "parameter-invalid"],
    ["a query", { query: z.object({}) }, "parameter-invalid"],
    ["a header", { headers: z.object({}) }, "header-invalid"],
    ["a confirmation", { confirm: "delete" }, "confirmation-required"],
    ["a body", { body: z.strictObject({}) }, "private-key-refused"],
  ] as const)("follow from what it reads: %s", (_, read, code) => {
    expect([...problemsOf(anonymous({ ...declared, ...read }, nothing))]).toContain(code);
    expect([...problemsOf(anonymous(declared, nothing))]).not.toContain(code);
  });

  const plain = {
    proof: "read",
    stepUp: "not-needed",
    standing: "registered",
    frozen: "goes-on",
    oldApps: "allowed",
  } as const;

  it.each([
    ["an old app", { oldApps: "refused" }, "app-version-unsupported"],
    ["a stale sign-in", { stepUp: "needed" }, "step-up-required"],
    ["a stale sign-in, by its guards", { stepUp: "by-guards" }, "step-up-required"],
    ["a phone that is not trusted", { standing: "trusted" }, "trust-required"],
    ["one that is not, while backup is on", { standing: "trusted-if-on" }, "trust-required"],
    ["one that is not, while another is", { standing: "trusted-if-any" }, "trust-required"],
    ["a frozen backup", { frozen: "stops" }, "backup-frozen"],
    ["a frozen backup, by its guards", { frozen: "by-guards" }, "backup-frozen"],
    ["a retry without its key", { idempotencyKey: "needed" }, "idempotency-key-invalid"],
  ] as const)("follow from whom it refuses: %s", (_, access, code) => {
    expect([...problemsOf(forOwner({ ...plain, ...access }, declared, nothing))]).toContain(code);
    expect([...problemsOf(forOwner(plain, declared, nothing))]).not.toContain(code);
  });

  it("follow from whom it does not know: a phone that is not registered, but where that is what it does", () => {
    const registers = forNewPhone(
      { proof: "spent", stepUp: "needed", oldApps: "refused" },
      declared,
      nothing,
    );
    expect([...problemsOf(registers)]).not.toContain("device-not-registered");
    const denies = forOwner({ ...plain, registered: "or-removed" }, declared, nothing);
    expect([...problemsOf(denies)]).toContain("device-not-registered");
    expect([...problemsOf(forOwner(plain, declared, nothing))]).toContain("device-not-registered");
  });

  it("name a spent proof wherever something is written, and nowhere else", () => {
    expect([...problemsOf(forOwner(plain, declared, nothing))]).not.toContain("proof-replayed");
    const refusing = forOwner(plain, { ...declared, method: "POST" }, nothing);
    expect([...problemsOf(refusing)]).toContain("proof-replayed");
    const writing = forOwner({ ...plain, proof: "spent" }, declared, nothing);
    expect([...problemsOf(writing)]).toContain("proof-replayed");
  });

  it("leave to the endpoints what is theirs alone: none lists what follows anyway", () => {
    const repeated = endpoints.flatMap((endpoint) => {
      const without = { ...endpoint, declaration: { ...endpoint.declaration, problems: [] } };
      const derived = problemsOf(without as typeof endpoint);
      const own = endpoint.declaration.problems as readonly (keyof typeof catalogue)[];
      return own.filter((code) => derived.has(code)).map((code) => `${endpoint.declaration.name}: ${code}`);
    });
    // Its guards say it in their own order, so the list of their refusals holds it too.
    const guarded =
      /^recoveries-(preview|begin|open): (too-many-(refusals|tries)|backup-frozen|step-up-required)$/;
    expect(repeated.filter((each) => !guarded.test(each))).toEqual([]);
  });
});

describe("the page of a code", () => {
  it.each(Object.keys(catalogue) as ProblemCode[])("is declared with all that it tells: %s", (code) => {
    const told = describeCode(code, "en");
    expect(describeProblem.declaration.answers[200].parse(told)).toEqual(told);
  });
});

describe("a broken rule", () => {
  const schema = z.strictObject({ list: z.array(z.strictObject({ name: z.string() })) });

  it("is told by a pointer into the body (RFC 6901), without what stood there", () => {
    const { error } = schema.safeParse({ list: [{ name: 7 }, { name: "a", secret: "b" }] });
    expect(error && violationsOf(error)).toEqual([
      { pointer: "/list/0/name", rule: "must be: string" },
      { pointer: "/list/1", rule: "has members that are not known here" },
    ]);
  });

  it("is told with as many others as help, and no more", () => {
    const { error } = schema.safeParse({ list: Array.from({ length: 50 }, () => ({ name: 7 })) });
    expect(error && violationsOf(error)).toHaveLength(20);
  });
});
