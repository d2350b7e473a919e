import { UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { unknown } from "../../functions/anonymous/unknown.ts";
import { endpoints } from "../../functions/endpoints.ts";
import { AUDIENCE, issuerIdentifier } from "../../local/issuer/settings.ts";
import {
  type Endpoint,
  isForPhones,
  isForRole,
  type PhoneAccess,
  type PhoneEndpoint,
  type RoleAccess,
} from "../../shared/http/endpoint.ts";
import { ROUTE_PREFIX } from "../../shared/http/message.ts";
import { problemsOf } from "../../shared/http/problems.ts";
import { compileRoutes, inHostOrder } from "../../shared/http/route.ts";
import { startService } from "../support/service.ts";

/** Whoever adds to it says that a stranger may call it. */
const ANONYMOUS = [
  "service-health",
  "service-openapi",
  "service-problem",
  "service-problems",
  "service-ready",
  "zz-unknown",
];

/** Who has which app role may call: whoever adds to it says so. */
const BY_ROLE: Readonly<Record<string, RoleAccess>> = {
  "operations-status": { caller: "operator", role: "Operations.Read" },
  "operations-sweep": { caller: "operator", role: "Operations.Act" },
  "operations-rewrap": { caller: "operator", role: "Operations.Act" },
  "provider-activations-cancel": { caller: "provider", role: "Activations.Issue" },
  "provider-activations-issue": { caller: "provider", role: "Activations.Issue", idempotencyKey: "needed" },
  "provider-activations-read": { caller: "provider", role: "Activations.Read" },
  "provider-codes-verify": { caller: "provider", role: "Codes.Verify" },
  "provider-credentials-read": { caller: "provider", role: "Activations.Read" },
  "provider-credentials-revoke": { caller: "provider", role: "Activations.Issue" },
  "operations-notices-requeue": { caller: "operator", role: "Operations.Act" },
  "operations-texts": { caller: "operator", role: "Operations.Act" },
};

/** What a phone may do without being trusted while another one is, and why. */
const WITHOUT_TRUST: Readonly<Record<string, string>> = {
  "devices-register": "a new phone gets nothing by it but a place",
  "devices-list": "tells of phones alone",
  "devices-push": "a phone says where it is told itself, and gets no more by it",
  "devices-revoke": "a phone may always revoke itself; for another one it has guards of its own",
  "backup-enable": "turns on what is off; while another phone is trusted, its guards send it to start anew",
  "backup-status": "a new phone has to see what there is, what waits, and that it is frozen",
  "backup-upload": "tells a new phone by its own guards that it would overwrite the backup",
  "backup-policy-read": "tells how long a new phone waits",
  "recoveries-preview": "tells counts and kinds, no account",
  "recoveries-begin": "is the one way to trust: shared/recovery/guards.ts",
  "recoveries-read": "tells a phone of its own recovery, without key and envelope",
  "recoveries-open": "is the one way to trust: shared/recovery/guards.ts",
  "recoveries-cancel": "takes away from the phone itself",
  "recoveries-deny":
    "is for a phone that was trusted before, though it be removed since: its guards ask for that",
  "activity-read": "tells what happened",
};

/** What needs trust only while there is something to lose, and why not always. */
const TRUSTED_WHILE: Readonly<Record<string, string>> = {
  "challenges-activation": "an account may be added by its provider's code before there is any backup [E10]",
  "challenges-begin": "as challenges-activation",
  "challenges-cancel": "as challenges-activation",
  "challenges-code": "as challenges-activation",
  "challenges-code-send": "as challenges-activation",
  "challenges-credential": "as challenges-activation",
  "challenges-push": "as challenges-activation",
  "challenges-push-send": "as challenges-activation",
  "challenges-read": "as challenges-activation",
  "challenges-sign-in": "as challenges-activation",
  "contacts-add": "an account that is in no backup of its own has contacts, too: it is verified by them",
  "contacts-confirm": "as adding one",
  "contacts-list": "as adding one",
  "contacts-remove": "as adding one",
  "contacts-send": "as adding one",
  "me-erase": "an owner without a backup and without a trusted phone must be able to leave",
  "me-export": "without a backup there is nothing in it that a stranger may not have",
  "me-export-next": "as me-export, which it goes on with",
};

/** What goes on while the backup is frozen, and why. */
const WHILE_FROZEN: Readonly<Record<string, string>> = {
  "devices-register": "the owner's new phone waits in its place for the end of the freeze",
  "devices-list": "tells of phones alone",
  "devices-push": "the phone is told of the end of the freeze",
  "backup-status": "says that it is frozen, and until when",
  "backup-upload": "trusted phones keep the backup up to date",
  "backup-refresh": "says that the owner is still there",
  "backup-key": "a trusted phone already holds what it asks for, or can't upload without it",
  "backup-versions": "tells of counts and times alone",
  "backup-policy-read": "tells what was chosen",
  "backup-freeze-lift": "is the way out; it asks for a phone that was trusted long enough ago",
  "challenges-cancel": "takes away from the phone itself",
  "challenges-read": "tells a phone how its own challenge stands; contacts are told as hints",
  "recoveries-read": "tells a phone of its own recovery, without key and envelope",
  "recoveries-cancel": "takes away from the phone itself",
  "recoveries-deny": "a thief may have begun more than one",
  "contacts-list": "tells hints, and what counts",
  "activity-read": "tells what happened",
};

/** What says by guards of its own, in their order, that the backup is frozen; and which. */
const FROZEN_BY_GUARDS: Readonly<Record<string, string>> = {
  "devices-revoke": "a phone may always revoke itself, and whoever may lift the freeze another one",
  "recoveries-preview": "shared/recovery/guards.ts",
  "recoveries-begin": "shared/recovery/guards.ts",
  "recoveries-open": "shared/recovery/guards.ts",
};

/** What a stale sign-in may do, and why. */
const WITHOUT_STEP_UP: Readonly<Record<string, string>> = {
  "challenges-activation": "the provider's code is what is asked for",
  "challenges-begin": "gives nothing but the list of what has to be proved",
  "challenges-cancel": "takes away from the phone itself",
  "challenges-code": "the code is what is asked for",
  "challenges-code-send": "asks for a sign-in to the account that is verified, made in this challenge",
  "challenges-credential": "asks for all proofs of the account that is verified",
  "challenges-push": "the push that came to this phone is what is asked for, after all proofs of the account",
  "challenges-push-send": "as challenges-credential",
  "challenges-read": "tells a phone how its own challenge stands; contacts are told as hints",
  "challenges-sign-in": "brings a sign-in of its own, which no other stands in for",
  "devices-list": "tells of phones alone",
  "devices-push": "an app says it at every start",
  "backup-status": "an app asks for it in the background",
  "backup-key": "a trusted phone already holds what it asks for",
  "backup-versions": "tells of counts and times alone",
  "backup-policy-read": "tells what was chosen",
  "recoveries-preview": "tells counts and kinds, and what the sign-in lacks",
  "recoveries-read": "tells a phone of its own recovery, without key and envelope",
  "recoveries-cancel": "takes away from the phone itself",
  "contacts-confirm": "the code is what is asked for; adding the contact took a fresh sign-in",
  "contacts-list": "tells hints, and what counts",
  "contacts-send": "sends to a contact that was added after a fresh sign-in, a few times a day",
  "activity-read": "tells what happened",
};

/** What asks for a fresh sign-in by guards of its own, and when. */
const STEP_UP_BY_GUARDS: Readonly<Record<string, string>> = {
  "devices-revoke": "for another phone",
  "backup-upload": "for a confirmed drop, and the fourth upload of a day that loses an account",
  "recoveries-begin": "in its place in the order",
  "recoveries-open": "in its place in the order",
  "recoveries-deny": "for all but one denial in 60 days: a thief may have shut the owner out of the account",
};

/** What changes nothing, though it is no GET, so that its proof need not be spent; and why. */
const READING: Readonly<Record<string, string>> = {
  "me-export-next": "answers what was begun, and told, before",
  "recoveries-preview": "is a look; what it counts, a wrong recovery key, spends the proof all the same",
};

/** What spends no proof where it changes nothing; and why. */
const REPEATABLE: Readonly<Record<string, string>> = {
  "backup-refresh": "is said at every start, too; a copy refreshes once more, which the phone wanted",
  "devices-push":
    "is said at every start, and would cost each a write; a token that came back goes at the next one",
};

/** What gives away a sealed key, an envelope or a wrapped secret. */
const RELEASING = [
  "backup-enable",
  "backup-key",
  "challenges-push",
  "me-export",
  "recoveries-begin",
  "recoveries-open",
];

/** What does so without a fresh sign-in to the owner's account, though trust is not always asked for; and why. */
const RELEASING_ELSE: Readonly<Record<string, string>> = {
  "challenges-push": "the secret is made by this very request, for an account that was just signed in to",
};

const all: readonly Endpoint[] = [...endpoints, unknown(endpoints)];
const phoneEndpoints = endpoints.filter(isForPhones);

const namesOf = (list: readonly Endpoint[]) => list.map(({ declaration: { name } }) => name);

/** The endpoints for phones that declare this, by their names. */
function having(wanted: Partial<PhoneAccess>): PhoneEndpoint[] {
  const [[member, value] = []] = Object.entries(wanted);
  return phoneEndpoints
    .filter(({ access }) => access[member as keyof PhoneAccess] === value)
    .toSorted((a, b) => (a.declaration.name < b.declaration.name ? -1 : 1));
}

describe("who may call", () => {
  it("is told by an identity, but for the few endpoints that say nothing of anybody", () => {
    expect(namesOf(all.filter(({ access }) => access === "anonymous")).sort()).toEqual(ANONYMOUS);
  });

  it("is told by an app role where it is an app, or an operator; who changes nothing needs but the right to read", () => {
    const byRole = Object.fromEntries(
      endpoints.filter(isForRole).map(({ access, declaration: { name } }) => [name, access]),
    );
    expect(byRole).toEqual(BY_ROLE);
    const reading = endpoints
      .filter(isForRole)
      .filter(({ access, declaration: { method } }) => /\.Read$/.test(access.role) !== (method === "GET"));
    expect(namesOf(reading)).toEqual([]);
  });

  it("is asked for a fresh sign-in, or for trust, wherever an answer holds a sealed key or an envelope [D6]", () => {
    const releasing = phoneEndpoints.filter(({ declaration }) => releases(declaration));
    expect(namesOf(releasing).sort()).toEqual(RELEASING);
    const others = endpoints.filter((endpoint) => !isForPhones(endpoint));
    expect(others.filter(({ declaration }) => releases(declaration))).toEqual([]);
    const unguarded = releasing.filter(
      ({ access }) => access.stepUp === "not-needed" && access.standing !== "trusted",
    );
    expect(namesOf(unguarded)).toEqual(Object.keys(RELEASING_ELSE));
  });

  it("is a trusted phone, but where a list says why another one may [H5]", () => {
    expect(namesOf(having({ standing: "registered" }))).toEqual(Object.keys(WITHOUT_TRUST).sort());
    const sometimes = [...having({ standing: "trusted-if-on" }), ...having({ standing: "trusted-if-any" })];
    expect(namesOf(sometimes).sort()).toEqual(Object.keys(TRUSTED_WHILE).sort());
  });

  it("is a phone that was removed, for nothing but a denial [H5]", () => {
    expect(namesOf(having({ registered: "or-removed" }))).toEqual(["recoveries-deny"]);
    expect(namesOf(having({ registered: "no" }))).toEqual(["devices-register"]);
  });

  it("is stopped by a freeze, but where a list says why it goes on [H5]", () => {
    expect(namesOf(having({ frozen: "goes-on" }))).toEqual(Object.keys(WHILE_FROZEN).sort());
    expect(namesOf(having({ frozen: "by-guards" }))).toEqual(Object.keys(FROZEN_BY_GUARDS).sort());
  });

  it("has signed in afresh, but where a list says why that is not needed [D6]", () => {
    expect(namesOf(having({ stepUp: "not-needed" }))).toEqual(Object.keys(WITHOUT_STEP_UP).sort());
    expect(namesOf(having({ stepUp: "by-guards" }))).toEqual(Object.keys(STEP_UP_BY_GUARDS).sort());
  });

  it("spends the proof wherever something changes, but where a list says why that is not needed", () => {
    const isGet = ({ declaration: { method } }: PhoneEndpoint) => method === "GET";
    const reading = having({ proof: "read" });
    expect(namesOf(reading.filter((endpoint) => !isGet(endpoint)))).toEqual(Object.keys(READING).sort());
    expect(namesOf(having({ proof: "spent" }).filter(isGet))).toEqual([]);
    expect(namesOf(having({ unchanged: "repeatable" }))).toEqual(Object.keys(REPEATABLE));
  });

  it("is told each of these with its problem, wherever it may be refused for it", () => {
    for (const { access, declaration } of phoneEndpoints) {
      const said = problemsOf({ access, declaration } as PhoneEndpoint);
      const { name } = declaration;
      expect.soft(said.has("backup-frozen"), `${name}: frozen`).toBe(access.frozen !== "goes-on");
      if (access.stepUp !== "not-needed") expect.soft(said, name).toContain("step-up-required");
      if (access.standing !== "registered") expect.soft(said, name).toContain("trust-required");
      // It is stopped by the vault where it unwraps a key, or begins one.
      expect.soft(said.has("keys-unavailable"), `${name}: keys`).toBe(said.has("key-unusable"));
    }
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
        // An app's retry is no more than the same act again: its answer holds a code, which is not kept.
        (isForPhones(endpoint) && !endpoint.replay),
    );
    expect(namesOf(unsafe)).toEqual([]);
  });

  it("says what is wrong with its Idempotency-Key", () => {
    const keyed = endpoints.filter(
      ({ access }) => access !== "anonymous" && access.idempotencyKey === "needed",
    );
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
  it("is told so on every other route, and nothing else", async () => {
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

function releases({ answers }: Endpoint["declaration"]): boolean {
  return Object.values(answers).some((schema) => holdsSecret(schema as z.ZodType | null));
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

/** Of all who sign in: phones' owners, apps, operators. */
const signedInEndpoints = endpoints.filter(({ access }) => access !== "anonymous");

/** What each endpoint answers to a request that is complete but for the sign-in. */
async function callAll(authorization?: string) {
  const { origin } = await startService();
  const answers = signedInEndpoints.map(async (endpoint) => {
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
  return signedInEndpoints.map(({ declaration: { name } }) => ({
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
