import * as z from "zod";
import { createDocument } from "zod-openapi";
import { endpoints } from "../../functions/endpoints.ts";
import { challengeAnswer } from "../../shared/challenge/answers.ts";
import { settings } from "../../shared/config/settings.ts";
import { contactAnswer } from "../../shared/contact/answers.ts";
import { deviceAnswer } from "../../shared/devices/answers.ts";
import { catalogue, type ProblemCode, type ProblemKind } from "../../shared/errors/catalogue.ts";
import { languages } from "../../shared/errors/language.ts";
import { describeCode } from "../../shared/errors/problem.ts";
import { explanation } from "../../shared/http/answers.ts";
import { BODY_LIMIT } from "../../shared/http/body.ts";
import {
  type Endpoint,
  isForPhones,
  isForRole,
  type PhoneAccess,
  type RoleAccess,
  workOf,
} from "../../shared/http/endpoint.ts";
import { IDEMPOTENCY_KEY } from "../../shared/http/input.ts";
import { ROUTE_PREFIX } from "../../shared/http/message.ts";
import { problemsOf } from "../../shared/http/problems.ts";
import { JSON_DEPTH, JSON_MEMBERS } from "../../shared/json.ts";
import { sealedKey } from "../../shared/keys/seal.ts";
import { LIMITS } from "../../shared/limits/tries.ts";
import { WORK_AT_ONCE } from "../../shared/limits/work.ts";
import { actor, eventType } from "../../shared/model/event.ts";
import { manifest } from "../../shared/model/manifest.ts";
import { choice, policy } from "../../shared/model/policy.ts";
import { publicKey } from "../../shared/model/publicKey.ts";
import { recoveredAccount } from "../../shared/model/recovery.ts";
import { recoveryAnswer, releasedAnswer, waitingAnswer } from "../../shared/recovery/answers.ts";
import { status, versionAnswer } from "../../shared/status/status.ts";
import { platform } from "../../shared/words.ts";
import { described } from "./describe.ts";
import { examples, members as memberExamples, parameters as parameterExamples } from "./examples.ts";

type Document = ReturnType<typeof createDocument>;

/** What several requests or answers share, by the names that generated code gives them. */
const SHARED = {
  Platform: platform,
  Actor: actor,
  Device: deviceAnswer,
  PublicKey: publicKey,
  SealedKey: sealedKey,
  Manifest: manifest,
  Version: versionAnswer,
  Status: status,
  Choice: choice,
  Policy: policy,
  Recovery: recoveryAnswer,
  ReleasedRecovery: releasedAnswer,
  WaitingRecovery: waitingAnswer,
  RecoveredAccount: recoveredAccount,
  Challenge: challengeAnswer,
  Contact: contactAnswer,
  EventType: eventType,
  Explanation: explanation,
};

const TAGS: Readonly<Record<string, string>> = {
  devices: "The owner's phones.",
  backup: "The backup: its state, its versions, and what the owner chose.",
  recoveries: "Getting the accounts back on a new phone, or starting anew.",
  challenges: "Verifying an account with push on a phone.",
  contacts: "Where else the owner is told of what happens.",
  provider: "For account providers: codes that verify an account on a phone, and what they have led to.",
  activity: "The record of what happened.",
  me: "Everything that is held about the owner.",
  operations: "For operators: numbers, and what a timer does, by hand.",
  service: "For anyone, without signing in.",
};

/** Problems whose answers say when the request may be sent again. */
const RETRY_AFTER: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "busy",
  "code-not-sent",
  "code-sent-recently",
  "codes-locked",
  "keys-unavailable",
  "not-configured",
  "not-ready",
  "push-not-sent",
  "push-sent-recently",
  "sign-in-unavailable",
  "store-unavailable",
  "too-many-requests",
]);

/** Endpoints whose answers, but for problems, have an ETag. */
const TAGGED: Readonly<Record<string, string>> = {
  "backup-status": "always",
  "backup-upload": "unless the upload has been replaced since",
  "backup-versions-restore": "unless the version has been replaced since",
  "service-openapi": "always",
};

/** What is asked for again and again until it is over says when. */
const POLLED: ReadonlySet<string> = new Set(["provider-activations-read"]);

const PER_SECOND = z.number().parse(settings.PHONE_WORK_PER_SECOND.schema.parse(undefined));

const INFO = `Backup and recovery for an authenticator app. What a phone makes and checks itself, byte for byte, is in the
project's \`docs/protocol.md\`, in which each of these requests has its section.

**Answers may gain members.** What the schemas of answers don't name is to be ignored; what those of requests don't
name is refused.

**Problems.** Each answer from 400 up is a problem (RFC 9457); \`code\` tells which. A later version may have
codes, and words of lists in answers, that are not here: take such a problem by its \`status\`, \`remedy\` and \`retryable\`,
as the schema \`Problem\` has them. Besides those that an operation
lists, an address that nobody serves gets \`not-found\`, and another method \`method-not-allowed\` with \`Allow\`. What a
gateway or the host answers before the service is called is no problem document: take it like no answer.

**Limits.** A body has at most ${BODY_LIMIT.toLocaleString("en")} bytes, ${JSON_DEPTH} levels and ${JSON_MEMBERS.toLocaleString("en")} members and elements. Unless the service is
set otherwise, each phone has ${PER_SECOND} units of work a second, and ${PER_SECOND * WORK_AT_ONCE} at once, of each instance; \`x-work\` says how many an operation takes. Beyond that it
gets 429 \`too-many-requests\` with \`Retry-After\`. Some acts and refusals are counted besides: \`x-limits\` says how many of each
one phone, and all of an owner's phones, have in a window of seconds. Beyond that they get 429 \`too-many-tries\` or
\`too-many-refusals\`, with \`retryAt\`.`;

/** What {@link INFO} says of limits, for programs. */
const LIMITS_TOLD = {
  body: { bytes: BODY_LIMIT, depth: JSON_DEPTH, membersAndElements: JSON_MEMBERS },
  work: { perSecond: PER_SECOND, atOnce: PER_SECOND * WORK_AT_ONCE },
  tries: Object.fromEntries(
    Object.entries(LIMITS).map(([of, { window, perPhone, perOwner }]) => [
      of,
      { seconds: window / 1000, perPhone, perOwner },
    ]),
  ),
};

// In the registry rather than under `components`: there, each would be written in the form of a request as well.
for (const [id, schema] of Object.entries(SHARED)) z.globalRegistry.add(schema, { id });

/** The document of all endpoints, by OpenAPI 3.1, and what is not right about the meanings in it. */
export function openApiDocument() {
  return described(plainDocument());
}

function plainDocument(): Document {
  const shared = sharedRefusals();
  return createDocument(
    {
      openapi: "3.1.1",
      info: {
        title: "Authenticator backup",
        version: ROUTE_PREFIX.slice(1),
        description: INFO,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      // Relative to the document's own address: every service tells of itself.
      servers: [{ url: `/${ROUTE_PREFIX}`, description: "The service that serves this document." }],
      "x-limits": LIMITS_TOLD,
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      paths: pathsOf(endpoints, shared),
      components: {
        schemas: problemSchemas(),
        responses: Object.fromEntries([...shared.values()].map(({ name, refusal }) => [name, refusal])),
        parameters: {
          ClientPlatform: {
            name: "X-Client-Platform",
            in: "header",
            required: true,
            description: "The phone's operating system.",
            schema: { type: "string", enum: [...platform.options] },
          },
          ClientVersion: {
            name: "X-Client-Version",
            in: "header",
            required: true,
            description: "The app's version.",
            schema: { type: "string", pattern: "^\\d{1,5}(\\.\\d{1,5}){0,3}$" },
            example: "6.8.0",
          },
          AcceptLanguage: {
            name: "Accept-Language",
            in: "header",
            description: `The owner's languages (RFC 9110, section 12.5.4), for the sentences in problems: ${languages.join(", ")}.`,
            schema: { type: "string", maxLength: 256 },
            example: "sv, en;q=0.5",
          },
          IdempotencyKey: {
            name: "Idempotency-Key",
            in: "header",
            required: true,
            description:
              "New for each act, the same for each try of it: a retry is answered as the first try was.",
            schema: { type: "string", pattern: IDEMPOTENCY_KEY.source },
            example: "6b1f5d0c-3c0e-4d8c-9a55-0d2c7c5b1a52",
          },
        },
        headers: {
          RequestId: {
            description: "Names this request, in the service's log too.",
            required: true,
            schema: { type: "string" },
          },
          CacheControl: { description: "What may be kept.", required: true, schema: { type: "string" } },
          NoSniff: { description: "`nosniff`", required: true, schema: { type: "string" } },
          ContentLanguage: {
            description: "The language of the texts.",
            required: true,
            schema: { type: "string", enum: [...languages] },
          },
          Vary: {
            description: "`Accept-Language`, which chose the language; also `Accept` where it chose a page.",
            required: true,
            schema: { type: "string" },
          },
          Challenge: {
            description: "What is missing (RFC 6750, RFC 9449, RFC 9470).",
            required: true,
            schema: { type: "string" },
          },
          RetryAfter: {
            description: "Seconds until the same request may be sent again.",
            schema: { type: "integer", minimum: 1 },
          },
        },
        securitySchemes: {
          token: {
            type: "http",
            scheme: "bearer",
            bearerFormat: "JWT",
            description:
              "The access token (RFC 9068) of the owner who is signed in with the recovery account, made for this service. An operation that needs a fresh sign-in asks for one by `step-up-required` (RFC 9470).",
          },
          appToken: {
            type: "http",
            scheme: "bearer",
            bearerFormat: "JWT",
            description:
              "An access token with the app role that the operation names: a provider's app gets its own by client credentials (docs/provider.md), an operator signs in (docs/operations.md).",
          },
          deviceProof: {
            type: "apiKey",
            in: "header",
            name: "DPoP",
            description:
              "A proof by the phone's signing key (RFC 9449, section 4.2), ES256, made for this method, this address and this token, and used once: docs/protocol.md, section 4.",
          },
        },
      },
    },
    {
      override: ({ jsonSchema, io }) => {
        // An answer may gain members with a later version of the service: a strict client would break on them.
        if (io === "output" && jsonSchema.additionalProperties === false) {
          delete jsonSchema.additionalProperties;
        }
        // A record by the words of a list has each of them: generated code gets members, and no map.
        const { propertyNames, additionalProperties } = jsonSchema;
        const names = typeof propertyNames === "object" ? propertyNames.enum : undefined;
        if (names && typeof additionalProperties === "object") {
          jsonSchema.properties = Object.fromEntries(
            names.map((name) => [String(name), additionalProperties]),
          );
          delete jsonSchema.propertyNames;
          delete jsonSchema.additionalProperties;
        }
        // What the format and the type say anyway.
        if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    },
  );
}

/** docs/openapi.json */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument().document, undefined, 2)}\n`;
}

type Paths = NonNullable<Parameters<typeof createDocument>[0]["paths"]>;
type Operation = NonNullable<Paths[string]["get"]>;

function pathsOf(all: readonly Endpoint[], shared: SharedRefusals): Paths {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const endpoint of all) {
    const { method, route } = endpoint.declaration;
    const path = `/${route}`;
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(endpoint, shared) };
  }
  return paths;
}

function operationOf(endpoint: Endpoint, shared: SharedRefusals): Operation {
  const { access, declaration } = endpoint;
  const { name, route, summary, body, method } = declaration;
  const [tag = ""] = route.split("/");
  const isAnonymous = access === "anonymous";
  return {
    operationId: name,
    summary,
    ...(isAnonymous
      ? { description: "Also answered to HEAD." }
      : {
          description: "caller" in access ? roleOf(access) : conditionsOf(access, method),
          "x-work": workOf(declaration),
        }),
    tags: [isAnonymous ? "service" : tag],
    security: isAnonymous ? [] : [isForRole(endpoint) ? { appToken: [] } : { token: [], deviceProof: [] }],
    parameters: parametersOf(endpoint),
    ...(body && {
      requestBody: {
        required: true,
        description: `At most ${BODY_LIMIT.toLocaleString("en")} bytes, with \`Content-Length\` and without \`Content-Encoding\`.`,
        content: { "application/json": { schema: body, example: examples[name]?.body } },
      },
    }),
    responses: {
      ...answersOf(endpoint),
      ...Object.fromEntries(
        Object.entries(refusalsOf(endpoint)).map(([status, refusal]) => {
          const found = shared.get(JSON.stringify(refusal));
          return [status, found ? ref("responses", found.name) : refusal];
        }),
      ),
    },
  };
}

function roleOf({ caller, role }: RoleAccess): string {
  return caller === "provider"
    ? `For an account provider's app, by a token of its own (client credentials) with the app role \`${role}\`.`
    : `For an operator, by a token with the app role \`${role}\`.`;
}

/** What a phone must be to make this call, in sentences. */
function conditionsOf({ registered, stepUp, standing, frozen, oldApps, proof }: PhoneAccess, method: string) {
  const spans = proof === "read" && method === "GET" ? "60 seconds old" : "300 seconds old, and is used up";
  return [
    {
      yes: "For a registered phone.",
      no: "For a phone that need not be registered.",
      "or-removed": "For a registered phone, or one that was removed while a recovery could be denied.",
    }[registered],
    {
      registered: undefined,
      trusted: "It must be trusted.",
      "trusted-if-on": "It must be trusted while backup is on.",
      "trusted-if-any": "It must be trusted while another one is.",
    }[standing],
    {
      needed: "Needs a fresh sign-in.",
      "not-needed": undefined,
      "by-guards": "Needs a fresh sign-in in some cases.",
    }[stepUp],
    {
      stops: "Refused while the backup is frozen.",
      "goes-on": undefined,
      "by-guards": "Refused while the backup is frozen, in some cases.",
    }[frozen],
    oldApps === "allowed" ? "Apps that are too old may call it." : undefined,
    `The proof may be ${proof === "read" && method !== "GET" ? "60 seconds old" : spans}.`,
  ]
    .filter((sentence) => sentence !== undefined)
    .join(" ");
}

const ref = (kind: "schemas" | "responses" | "parameters" | "headers", name: string) => ({
  $ref: `#/components/${kind}/${name}`,
});

function parametersOf(endpoint: Endpoint) {
  const { access, declaration } = endpoint;
  const { params, query, headers, confirm } = declaration;
  return [
    ...ofShape("path", params),
    ...ofShape("query", query),
    ...(confirm
      ? [
          {
            name: "confirm",
            in: "query" as const,
            required: true,
            description: "What can't be undone is asked for twice.",
            schema: { type: "string" as const, const: confirm },
          },
        ]
      : []),
    ...ofShape("header", headers),
    ...(isForPhones(endpoint)
      ? [ref("parameters", "ClientPlatform"), ref("parameters", "ClientVersion")]
      : []),
    ...(access !== "anonymous" && access.idempotencyKey ? [ref("parameters", "IdempotencyKey")] : []),
    ref("parameters", "AcceptLanguage"),
  ];
}

function ofShape(place: "path" | "query" | "header", schema: unknown) {
  if (schema === undefined) return [];
  if (!(schema instanceof z.ZodObject)) throw new TypeError(`parameters of the ${place} have no shape`);
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, each]) => ({
    name,
    in: place,
    required: !each.safeParse(undefined).success,
    schema: parameterSchema(each),
    example: parameterExamples[name],
  }));
}

function parameterSchema(schema: z.ZodType) {
  const { $schema: _, "~standard": __, ...plain } = z.toJSONSchema(schema, { io: "input" });
  return plain as { readonly type: "string" };
}

const ALWAYS = {
  "X-Request-Id": ref("headers", "RequestId"),
  "Cache-Control": ref("headers", "CacheControl"),
  "X-Content-Type-Options": ref("headers", "NoSniff"),
};

const OF_TEXTS = {
  "Content-Language": ref("headers", "ContentLanguage"),
  Vary: ref("headers", "Vary"),
};

const PAGE = "text/html; charset=utf-8";

const OF_PAGES = {
  ...OF_TEXTS,
  "Content-Security-Policy": {
    description: "With a page: nothing comes from elsewhere.",
    schema: { type: "string" as const },
  },
};

const PHRASES: Readonly<Record<string, string>> = {
  200: "Done, or what was asked for.",
  201: "Created.",
  204: "Done; there is nothing to tell.",
  304: "Not changed.",
};

function answersOf({ declaration: { name, answers, page } }: Endpoint) {
  const tagged = TAGGED[name];
  const entries = Object.entries(answers as Readonly<Record<string, z.ZodType | null>>);
  return Object.fromEntries(
    entries.map(([status, schema]) => [
      status,
      {
        description: PHRASES[status] ?? "",
        headers: {
          ...ALWAYS,
          ...(tagged && {
            ETag: { ...ETAG, description: `What the next request may name; ${tagged} there.` },
          }),
          ...(page && OF_PAGES),
          ...(POLLED.has(name) && { "Retry-After": ref("headers", "RetryAfter") }),
        },
        ...(schema && {
          content: {
            "application/json": { schema, example: exampleOf(name, Number(status)) },
            ...(page && { [PAGE]: { schema: { type: "string" as const } } }),
          },
        }),
      },
    ]),
  );
}

const ETAG = { schema: { type: "string" as const } };

function exampleOf(name: string, status: number): unknown {
  const example = describeCode("backup-frozen", "en");
  if (name === "service-problem") return example;
  if (name === "service-problems") return { problems: [example] };
  return examples[name]?.answers?.[status];
}

/** Every problem of an operation. Where the service can't start, all but its health says that it is not configured. */
export function codesOf(endpoint: Endpoint): ProblemCode[] {
  const codes = [...problemsOf(endpoint)];
  return endpoint.declaration.name === "service-health" ? codes : [...codes, "not-configured"];
}

function refusalsOf(endpoint: Endpoint) {
  const codes = codesOf(endpoint).toSorted();
  const byStatus = Object.groupBy(codes, (code) => String(catalogue[code].status));
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, each = []]) => [
      status,
      {
        description: each.map((code) => `\`${code}\``).join(", "),
        headers: {
          ...ALWAYS,
          ...OF_TEXTS,
          ...(status === "401" && { "WWW-Authenticate": ref("headers", "Challenge") }),
          ...(each.some((code) => RETRY_AFTER.has(code)) && { "Retry-After": ref("headers", "RetryAfter") }),
        },
        content: { "application/problem+json": { schema: oneOf(each) } },
      },
    ]),
  );
}

type Refusal = ReturnType<typeof refusalsOf>[string];

/** By their text. */
type SharedRefusals = ReadonlyMap<string, { readonly name: string; readonly refusal: Refusal }>;

/** Refusals that several operations have, each named after the first of them: the document is a third without. */
function sharedRefusals(): SharedRefusals {
  const first = new Map<string, { readonly name: string; readonly refusal: Refusal }>();
  const shared = new Map<string, { readonly name: string; readonly refusal: Refusal }>();
  for (const endpoint of endpoints) {
    for (const [status, refusal] of Object.entries(refusalsOf(endpoint))) {
      const text = JSON.stringify(refusal);
      const before = first.get(text);
      if (before) shared.set(text, before);
      else first.set(text, { name: `${endpoint.declaration.name}.${status}`, refusal });
    }
  }
  return shared;
}

/** A schema's name is its code, so that the discriminator needs no mapping. */
function oneOf(codes: readonly ProblemCode[]) {
  const refs = codes.map((code) => ref("schemas", code));
  const [only] = refs;
  return refs.length === 1 && only ? only : { oneOf: refs, discriminator: { propertyName: "code" } };
}

function problemSchemas() {
  const used = new Set(endpoints.flatMap(codesOf));
  return Object.fromEntries([...used].toSorted().map((code) => [code, problemSchema(code)]));
}

const text = z.string();

/** What every problem has (RFC 9457). */
const anyProblem = z
  .object({
    type: text,
    code: text,
    status: z.int(),
    title: text,
    detail: text,
    /** In which request it was. */
    instance: text,
    remedy: text,
    remedyText: text,
    otherwise: text.optional(),
    otherwiseText: text.optional(),
    retryable: z.boolean(),
  })
  .meta({
    id: "Problem",
    description: "What every problem has (RFC 9457). Apps branch on `code` and `remedy`.",
  });

function problemSchema(code: ProblemCode) {
  const { status, remedy, otherwise, retryable, members }: ProblemKind = catalogue[code];
  const { title } = describeCode(code, "en");
  const own = z.object({
    code: z.literal(code),
    status: z.literal(status),
    remedy: z.literal(remedy),
    ...(otherwise && { otherwise: z.literal(otherwise) }),
    retryable: z.literal(retryable),
    ...members.shape,
  });
  return z.intersection(anyProblem, own).meta({ description: title, examples: [problemExample(code)] });
}

/** What an answer with this code may look like. */
export function problemExample(code: ProblemCode) {
  return {
    type: `https://backup.example/${ROUTE_PREFIX}/problems/${code}`,
    ...describeCode(code, "en"),
    instance: "urn:uuid:6b1f5d0c-3c0e-4d8c-9a55-0d2c7c5b1a52",
    ...memberExamples[code],
  };
}
