import type * as z from "zod";
import type { Services } from "../acts/services.ts";
import type { ProblemCode } from "../errors/catalogue.ts";
import type { Proof } from "../identity/proof.ts";
import type { Identity } from "../model/identity.ts";
import type { Device, Owner } from "../store/items.ts";
import type { Client } from "./client.ts";
import type { HttpMethod, HttpRequest } from "./message.ts";

/**
 * One endpoint, declared once: the registration with Azure Functions, the local host and the tests over all routes
 * read this and nothing else.
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
  /** The form of the body; left out, the endpoint takes none. */
  readonly body?: z.ZodType;
  /** The form of each answer that is not a problem, by status; null where it has no body. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** The problems it can give besides those of the pipeline. */
  readonly problems: readonly ProblemCode[];
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

type Output<Schema> = Schema extends z.ZodType ? z.infer<Schema> : undefined;

/** What every handler gets. */
export interface BaseCall<D extends Declaration = Declaration> {
  readonly services: Services;
  readonly request: HttpRequest;
  readonly params: Output<D["params"]>;
  readonly body: Output<D["body"]>;
  /** The time of the request in milliseconds since the epoch, one for all that it does. */
  readonly now: number;
}

/** A call that anyone may make. */
export interface AnonymousEndpoint<D extends Declaration = Declaration> {
  readonly access: "anonymous";
  readonly declaration: D;
  readonly handle: (call: BaseCall<D>) => Promise<Answer>;
}

/**
 * What a phone has to be to the backup for an act that releases, replaces or destroys it, or loosens its guards.
 * `guarded`: the backup is not frozen and, where the owner chose a waiting time, the phone has it already: a thief on a
 * new phone could otherwise do without the recovery that waits. `holder`: the same, and the phone has it in any case.
 */
export type Standing = "guarded" | "holder";

/** How a phone must have proved itself. */
export interface PhoneAccess {
  /** Whether the phone must be registered; `no` is for the registration itself. */
  readonly registered: "yes" | "no";
  /**
   * Whether a recent sign-in is needed, with the second factor where there is one (RFC 9470). `by-guards`: the
   * endpoint's own guards ask for it, in their place in the order.
   */
  readonly stepUp: "needed" | "not-needed" | "by-guards";
  /** What the phone has to be to the backup; left out, any registered phone may call. */
  readonly standing?: Standing;
  /** Whether an app that is too old may call: what only takes away, an old app must still be able to do. */
  readonly oldApps: "refused" | "allowed";
  /** Whether the call creates something that has no name yet, so that a retry is known by its Idempotency-Key. */
  readonly idempotencyKey?: "needed";
}

/** The owner's item as it was read for this call. */
export interface LoadedOwner {
  readonly item: Owner;
  readonly etag: string;
}

/** A call by a phone whose token and proof were verified. */
export interface PhoneCall<D extends Declaration = Declaration> extends BaseCall<D> {
  readonly access: PhoneAccess;
  readonly identity: Identity;
  readonly proof: Proof;
  readonly client: Client;
  /** Undefined until the owner's first phone is registered. */
  readonly owner: LoadedOwner | undefined;
  /** This phone; undefined while it is not registered. */
  readonly device: Device | undefined;
  readonly idempotencyKey: string | undefined;
  /** SHA-256 of what is asked, by whom: a retry has the same. */
  readonly requestHash: () => string;
}

/** A call by a registered phone of an owner. */
export type OwnerCall<D extends Declaration = Declaration> = PhoneCall<D> & {
  readonly owner: LoadedOwner;
  readonly device: Device;
};

export interface PhoneEndpoint<D extends Declaration = Declaration> {
  readonly access: PhoneAccess;
  readonly declaration: D;
  readonly handle: (call: PhoneCall<D>) => Promise<Answer>;
  /** The answer to a retry, from the outcome that the first try stored. */
  readonly replay?: (call: PhoneCall<D>, outcome: Readonly<Record<string, unknown>>) => Promise<Answer>;
}

// Handlers take calls of their own declaration; a list of endpoints knows only that each fits its own.
// biome-ignore lint/suspicious/noExplicitAny: existential over the declaration
export type Endpoint = AnonymousEndpoint<any> | PhoneEndpoint<any>;

export function anonymous<const D extends Declaration>(
  declaration: D,
  handle: (call: BaseCall<D>) => Promise<Answer>,
): AnonymousEndpoint<D> {
  return { access: "anonymous", declaration, handle };
}

/** An endpoint for registered phones. */
export function forOwner<const D extends Declaration>(
  access: Omit<PhoneAccess, "registered">,
  declaration: D,
  handle: (call: OwnerCall<D>) => Promise<Answer>,
  replay?: (call: OwnerCall<D>, outcome: Readonly<Record<string, unknown>>) => Promise<Answer>,
): PhoneEndpoint<D> {
  return {
    access: { ...access, registered: "yes" },
    declaration,
    handle: (call) => handle(ofOwner(call)),
    ...(replay && { replay: (call, outcome) => replay(ofOwner(call), outcome) }),
  };
}

/** An endpoint for a phone that need not be registered yet. */
export function forNewPhone<const D extends Declaration>(
  access: Omit<PhoneAccess, "registered">,
  declaration: D,
  handle: (call: PhoneCall<D>) => Promise<Answer>,
): PhoneEndpoint<D> {
  return { access: { ...access, registered: "no" }, declaration, handle };
}

function ofOwner<D extends Declaration>(call: PhoneCall<D>): OwnerCall<D> {
  const { owner, device } = call;
  if (!owner || !device) throw new Error("the pipeline let a phone through that is not registered");
  return { ...call, owner, device };
}
