import { UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { unknown } from "../../functions/anonymous/unknown.ts";
import { endpoints } from "../../functions/endpoints.ts";
import { AUDIENCE, issuerIdentifier } from "../../local/issuer/settings.ts";
import type { Endpoint, PhoneEndpoint } from "../../shared/http/endpoint.ts";
import { ROUTE_PREFIX } from "../../shared/http/message.ts";
import { problemsOf } from "../../shared/http/problems.ts";
import { compileRoutes, inHostOrder } from "../../shared/http/route.ts";
import { startService } from "../support/service.ts";

/** Whoever adds to it says that a stranger may call it. */
const ANONYMOUS = ["service-health", "service-problem", "service-ready", "zz-unknown"];

/** What a phone may do whatever it is to the backup, though it be frozen, and why. */
const WITHOUT_STANDING: Readonly<Record<string, string>> = {
  "devices-register": "a new phone gets nothing by it",
  "devices-list": "tells of phones alone",
  "backup-status": "a phone that holds the backup has to see that it is frozen",
  "backup-refresh": "says that the owner is still there",
  "backup-versions": "tells of counts and times alone",
  "backup-policy-read": "tells what was chosen",
  "backup-freeze-lift": "is the way out; it asks for a phone that is old enough",
  "recoveries-read": "tells a phone of its own recovery, without key and envelope",
  "recoveries-cancel": "takes away from the phone itself",
  "recoveries-deny": "only adds a freeze; it asks for a phone that is old enough",
  "activity-read": "tells what happened",
};

/** What decides by guards of its own, in their order, because more than the phone counts; and which. */
const OWN_GUARDS: Readonly<Record<string, string>> = {
  "devices-revoke": "a phone may always revoke itself, and whoever may lift the freeze another one",
  "backup-upload": "a phone that holds the backup goes on, though it be frozen",
  "recoveries-preview": "shared/recovery/guards.ts",
  "recoveries-begin": "shared/recovery/guards.ts",
  "recoveries-open": "shared/recovery/guards.ts",
};

/** What gives away a sealed key, an envelope or a wrapped secret. */
const RELEASING = ["backup-enable", "backup-key", "me-export", "recoveries-begin", "recoveries-open"];

/** What loosens the guards of the backup, lets another phone in, or takes everything along. */
const HOLDERS_ONLY = [
  "backup-policy-choose",
  "backup-recovery-key-remove",
  "backup-recovery-key-set",
  "me-export",
  "recoveries-approve",
];

const all: readonly Endpoint[] = [...endpoints, unknown(endpoints)];
const phoneEndpoints = endpoints.filter((endpoint) => endpoint.access !== "anonymous") as PhoneEndpoint[];

const namesOf = (list: readonly Endpoint[]) => list.map(({ declaration: { name } }) => name);

describe("who may call", () => {
  it("is told by an identity, but for the few endpoints that say nothing of anybody", () => {
    expect(namesOf(all.filter(({ access }) => access === "anonymous")).sort()).toEqual(ANONYMOUS);
  });

  it("is asked to step up wherever an answer holds a sealed key or an envelope [D6]", () => {
    const releasing = endpoints.filter(({ declaration }) =>
      Object.values(declaration.answers).some((schema) => holdsSecret(schema as z.ZodType | null)),
    );
    expect(namesOf(releasing).sort()).toEqual(RELEASING);
    const unguarded = releasing.filter(
      ({ access }) => access === "anonymous" || access.stepUp === "not-needed",
    );
    expect(namesOf(unguarded)).toEqual([]);
  });

  it("has to be a phone that may, wherever the backup is released, destroyed or its guards are loosened", () => {
    const undeclared = phoneEndpoints.filter(({ access }) => access.standing === undefined);
    const excepted = Object.keys({ ...WITHOUT_STANDING, ...OWN_GUARDS });
    expect(namesOf(undeclared).sort()).toEqual(excepted.sort());
  });

  it("is told that the backup is frozen, wherever an endpoint has guards of its own", () => {
    const own = phoneEndpoints.filter(({ declaration: { name } }) => Object.hasOwn(OWN_GUARDS, name));
    const deaf = own.filter(({ declaration: { problems } }) => !problems.includes("backup-frozen"));
    expect(namesOf(own).sort()).toEqual(Object.keys(OWN_GUARDS).sort());
    expect(namesOf(deaf)).toEqual([]);
  });

  it("gets nothing of the backup without such a guard", () => {
    expect(RELEASING.filter((name) => Object.hasOwn(WITHOUT_STANDING, name))).toEqual([]);
  });

  it("has the backup already, where its guards are loosened or others are let in", () => {
    const holders = phoneEndpoints.filter(({ access }) => access.standing === "holder");
    expect(namesOf(holders).sort()).toEqual(HOLDERS_ONLY);
  });
});

describe("a call that creates what has no name yet", () => {
  it("is known again when it is retried, and answered as the first time", () => {
    const creating = endpoints.filter(
      ({ declaration }) => declaration.method === "POST" && declaration.answers[201] !== undefined,
    );
    expect(creating.length).toBeGreaterThan(0);
    const unsafe = creating.filter(
      (endpoint) =>
        endpoint.access === "anonymous" ||
        endpoint.access.idempotencyKey !== "needed" ||
        !("replay" in endpoint && endpoint.replay),
    );
    expect(namesOf(unsafe)).toEqual([]);
  });

  it("says what is wrong with its Idempotency-Key", () => {
    const keyed = phoneEndpoints.filter(({ access }) => access.idempotencyKey === "needed");
    for (const endpoint of keyed) {
      expect([...problemsOf(endpoint)]).toEqual(
        expect.arrayContaining(["idempotency-key-invalid", "idempotency-key-reused"]),
      );
    }
    expect(keyed.length).toBeGreaterThan(0);
  });
});

describe("what the Functions host makes of the names and routes", () => {
  it("takes each name: once whatever its case, in the form it allows, and none that it keeps for itself", () => {
    const names = namesOf(all);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z][\w-]{0,127}$/i.test(name))).toEqual([]);
    const reserved = all.filter(({ declaration: { name, route } }) =>
      [name, route].some((text) => /^(?:admin|runtime)/i.test(text)),
    );
    expect(namesOf(reserved)).toEqual([]);
  });

  it("tries the one for all the rest last", () => {
    expect(inHostOrder(all.map(({ declaration }) => declaration)).at(-1)?.name).toBe("zz-unknown");
  });

  it("gives each request to the endpoint whose route it has", () => {
    expect(hidden(all)).toEqual([]);
  });

  it("would find a literal behind a parameter of the same method, and no other", () => {
    const named = (name: string, method: "GET" | "PUT", route: string) =>
      ({ ...unknown([]), declaration: { ...unknown([]).declaration, name, method, route } }) as Endpoint;
    const parameter = named("B-parameter", "GET", "devices/{id}");
    expect(hidden([named("c-literal", "GET", "devices/mine"), parameter])).toEqual(["c-literal"]);
    expect(hidden([named("a-literal", "GET", "devices/mine"), parameter])).toEqual([]);
    expect(hidden([named("c-literal", "PUT", "devices/mine"), parameter])).toEqual([]);
  });
});

describe("over HTTP, whoever is not signed in", () => {
  it("is told so on every route of an owner, and nothing else", async () => {
    const answers = await callAll();
    expect(answers).toEqual(refused("token-missing", "Bearer"));
  });

  it("is told so with a token that is none", async () => {
    const challenge = 'Bearer error="invalid_token"';
    expect(await callAll("Bearer garbage")).toEqual(refused("token-invalid", challenge));
    expect(await callAll(`Bearer ${unsigned()}`)).toEqual(refused("token-invalid", challenge));
  });

  it("is told so with another scheme than Bearer", async () => {
    expect(await callAll("Basic YWxpY2U6cGFzc3dvcmQ=")).toEqual(refused("token-invalid", "Bearer"));
  });
});

/** The names of the endpoints whose own path another one takes first. */
function hidden(list: readonly Endpoint[]): string[] {
  const match = compileRoutes(
    list.map(({ declaration: { name, method, route } }) => ({ name, methods: [method], route })),
  );
  const taken = list.filter((endpoint) => {
    const { name, method } = endpoint.declaration;
    return match(method, samplePath(endpoint))?.route.name !== name;
  });
  return namesOf(taken);
}

/** A path of the endpoint's route; its parameters have a value that is no other route's literal. */
function samplePath({ declaration: { route } }: Endpoint): string {
  return `/${ROUTE_PREFIX}/${route.replace(/\{\*?\w+\}/g, "some-value")}`;
}

function holdsSecret(schema: z.ZodType | null): boolean {
  if (!schema) return false;
  return /"(?:sealed|envelope|wrappedStorageSecret)":/.test(JSON.stringify(z.toJSONSchema(schema)));
}

/** A token that nobody has signed, as the issuer of this owner would have written it. */
function unsigned(): string {
  return new UnsecuredJWT({})
    .setIssuer(issuerIdentifier("personal", "oidc"))
    .setAudience(AUDIENCE)
    .setSubject("alice")
    .setExpirationTime("1h")
    .encode();
}

/** What each endpoint for phones answers to a request that is complete but for the sign-in. */
async function callAll(authorization?: string) {
  const { origin } = await startService();
  const answers = phoneEndpoints.map(async (endpoint) => {
    const { name, method, body } = endpoint.declaration;
    const response = await fetch(origin + samplePath(endpoint), {
      method,
      headers: {
        ...(authorization !== undefined && { Authorization: authorization }),
        ...(body && { "Content-Type": "application/json" }),
      },
      ...(body && { body: "{}" }),
    });
    return {
      name,
      status: response.status,
      contentType: response.headers.get("content-type"),
      challenge: response.headers.get("www-authenticate"),
      body: await response.json(),
    };
  });
  return await Promise.all(answers);
}

function refused(code: string, challenge: string) {
  return phoneEndpoints.map(({ declaration: { name } }) => ({
    name,
    status: 401,
    contentType: "application/problem+json",
    challenge,
    body: {
      type: expect.stringMatching(new RegExp(`/problems/${code}$`)),
      title: expect.any(String),
      detail: expect.any(String),
      status: 401,
      instance: expect.stringMatching(/^urn:uuid:/),
      code,
      remedy: "sign-in",
      remedyText: expect.any(String),
      retryable: false,
    },
  }));
}
