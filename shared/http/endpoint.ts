import type * as z from "zod";
import type { Act, OwnerAct } from "../acts/act.ts";
import type { Outcome } from "../acts/outcome.ts";
import type { Services } from "../acts/services.ts";
import type { Standing } from "../backup/standing.ts";
import type { ProblemCode } from "../errors/catalogue.ts";
import type { ProofUse } from "../identity/proof.ts";
import type { Identity } from "../model/identity.ts";
import type { Client } from "./client.ts";
import type { HttpMethod, HttpRequest } from "./message.ts";

/**
 * One endpoint, declared once: the registration with Azure Functions, the local host and the tests over all routes
 * read this and nothing else. A request holds nothing that is not declared here.
 */
export interface Declaration {
  /** The function's name; hosts try routes in the order of these. */
  readonly name: string;
  readonly method: HttpMethod;
  readonly route: string;
  /** What it does, for a reader. */
  readonly summary: string;
  /** The form of the route's parameters. */
  readonly params?: z.ZodType;
  /** The form of the query, each name once; other members are ignored, as is all of it if this is left out. */
  readonly query?: z.ZodObject;
  /** The form of the headers that it reads besides the pipeline's, by their names as documented; each is there once. */
  readonly headers?: z.ZodObject;
  /** The word that `?confirm=` must say: what can't be undone is asked for twice. */
  readonly confirm?: "delete" | "erase";
  /** The form of the body; left out, the endpoint takes none. */
  readonly body?: z.ZodType;
  /** Units of work that one call is counted as, in the phone's budget; left out, what its method says (`workOf`). */
  readonly work?: number;
  /** Whether a browser is answered with a page in the place of JSON. */
  readonly page?: true;
  /** The form of each answer that is not a problem, by status; null if it has no body. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** The problems of its own; `problemsOf` adds what its caller and the pipeline can give. */
  readonly problems: readonly ProblemCode[];
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A body as it is sent, in the place of `body`: JSON, unless the headers say otherwise. */
  readonly content?: string;
}

type Output<Schema> = Schema extends z.ZodType ? z.infer<Schema> : undefined;

/** What the request brings, in the forms that were declared. */
interface Input<D extends Declaration = Declaration> {
  readonly params: Output<D["params"]>;
  readonly query: Output<D["query"]>;
  readonly headers: Output<D["headers"]>;
  readonly body: Output<D["body"]>;
}

/** What a call is counted as: a read of the store about 1 unit, a commit 8, an unwrap or a page of an export 50 and more. */
export function workOf({ work, method }: Pick<Declaration, "work" | "method">): number {
  return work ?? (method === "GET" ? 2 : 10);
}

/** What every handler gets. */
export interface BaseCall<D extends Declaration = Declaration> extends Input<D> {
  readonly services: Services;
  readonly request: HttpRequest;
  /** The time of the request in milliseconds since the epoch, one for all that it does. */
  readonly now: number;
}

/** A call that anyone may make. */
export interface AnonymousEndpoint<D extends Declaration = Declaration> {
  readonly access: "anonymous";
  readonly declaration: D;
  readonly handle: (call: BaseCall<D>) => Promise<Answer>;
}

/** How a phone must have proved itself. */
export interface PhoneAccess {
  /** What becomes of its proof: `spent` wherever the request changes something, and where it finds it done. */
  readonly proof: ProofUse;
  /** Whether a request that finds done what it asks for may be repeated by whoever saw it: spending costs a write. */
  readonly unchanged?: "repeatable";
  /**
   * Whether the phone must be registered; `no` is for the registration itself, `or-removed` for one that was revoked
   * while a recovery could be denied, and may still deny that.
   */
  readonly registered: "yes" | "no" | "or-removed";
  /**
   * Whether a recent sign-in is needed, with the second factor if there is one (RFC 9470). `by-guards`: the endpoint's
   * own guards ask for it, in their place in the order.
   */
  readonly stepUp: "needed" | "not-needed" | "by-guards";
  /** What the phone must be. */
  readonly standing: Standing;
  /** Whether a freeze stops it [H5]; `by-guards`: the endpoint's own guards say so, in their place in the order. */
  readonly frozen: "stops" | "goes-on" | "by-guards";
  /** Whether an app that is too old may call: what only takes away, an old app must still be able to do. */
  readonly oldApps: "refused" | "allowed";
  /** Whether the call creates something that has no name yet, so that a retry is known by its Idempotency-Key. */
  readonly idempotencyKey?: "needed";
}

/** A call by whoever has an app role: a provider's app, or an operator. */
export interface RoleAccess {
  readonly caller: "provider" | "operator";
  /** The app role that the token must have. */
  readonly role: AppRole;
  readonly idempotencyKey?: "needed";
}

/** What a provider may do, and an operator. */
export type AppRole =
  | "Activations.Issue"
  | "Activations.Read"
  | "Codes.Verify"
  | "Operations.Read"
  | "Operations.Act";

/** A call whose token was verified, and has the role. Of a provider the identity has a tenant. */
export interface RoleCall<D extends Declaration = Declaration> extends BaseCall<D> {
  readonly identity: Identity;
  readonly idempotencyKey: string | undefined;
  /** SHA-256 of what is asked: a retry has the same. */
  readonly requestHash: () => string;
}

export interface RoleEndpoint<D extends Declaration = Declaration> {
  readonly access: RoleAccess;
  readonly declaration: D;
  readonly handle: (call: RoleCall<D>) => Promise<Answer>;
}

/** A call by a phone whose token and proof were verified. */
export interface PhoneCall<D extends Declaration = Declaration> extends BaseCall<D>, Act {
  readonly services: Services;
  readonly now: number;
  readonly client: Client;
}

/** A call by a registered phone of an owner. */
export type OwnerCall<D extends Declaration = Declaration> = PhoneCall<D> & OwnerAct;

export interface PhoneEndpoint<D extends Declaration = Declaration> {
  readonly access: PhoneAccess;
  readonly declaration: D;
  readonly handle: (call: PhoneCall<D>) => Promise<Answer>;
  /** The answer to a retry, from the outcome that the first try stored. */
  readonly replay?: (call: PhoneCall<D>, outcome: Outcome) => Promise<Answer>;
}

// Handlers take calls of their own declaration; a list of endpoints knows only that each fits its own.
// biome-ignore lint/suspicious/noExplicitAny: existential over the declaration
export type Endpoint = AnonymousEndpoint<any> | PhoneEndpoint<any> | RoleEndpoint<any>;

export function isForPhones(endpoint: Endpoint): endpoint is PhoneEndpoint {
  return endpoint.access !== "anonymous" && !("caller" in endpoint.access);
}

export function isForRole(endpoint: Endpoint): endpoint is RoleEndpoint {
  return endpoint.access !== "anonymous" && "caller" in endpoint.access;
}

/** The methods that an endpoint is served with: where anyone may look, probes and proxies do so with HEAD. */
export function methodsOf({ access, declaration: { method } }: Endpoint): readonly (HttpMethod | "HEAD")[] {
  return access === "anonymous" && method === "GET" ? ["GET", "HEAD"] : [method];
}

export function anonymous<const D extends Declaration>(
  declaration: D,
  handle: (call: BaseCall<D>) => Promise<Answer>,
): AnonymousEndpoint<D> {
  return { access: "anonymous", declaration, handle };
}

/** An endpoint for a provider's app, or for an operator. */
export function forRole<const D extends Declaration>(
  access: RoleAccess,
  declaration: D,
  handle: (call: RoleCall<D>) => Promise<Answer>,
): RoleEndpoint<D> {
  return { access, declaration, handle };
}

/** An endpoint for registered phones. */
export function forOwner<const D extends Declaration>(
  access: Omit<PhoneAccess, "registered"> & { readonly registered?: "or-removed" },
  declaration: D,
  handle: (call: OwnerCall<D>) => Promise<Answer>,
  replay?: (call: OwnerCall<D>, outcome: Outcome) => Promise<Answer>,
): PhoneEndpoint<D> {
  return {
    access: { registered: "yes", ...access },
    declaration,
    handle: (call) => handle(ofOwner(call)),
    ...(replay && { replay: (call, outcome) => replay(ofOwner(call), outcome) }),
  };
}

/** An endpoint for a phone that need not be registered yet. */
export function forNewPhone<const D extends Declaration>(
  access: Omit<PhoneAccess, "registered" | "standing" | "frozen">,
  declaration: D,
  handle: (call: PhoneCall<D>) => Promise<Answer>,
): PhoneEndpoint<D> {
  return {
    access: { ...access, registered: "no", standing: "registered", frozen: "goes-on" },
    declaration,
    handle,
  };
}

function ofOwner<D extends Declaration>(call: PhoneCall<D>): OwnerCall<D> {
  const { owner, device } = call;
  if (!owner || !device) throw new Error("the pipeline let a phone through that is not registered");
  return { ...call, owner, device };
}
