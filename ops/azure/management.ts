import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  defaultRetryPolicy,
  type HttpMethods,
  isRestError,
} from "@azure/core-rest-pipeline";
import { type Surroundings, UsageError } from "../command.ts";

const ORIGIN = "https://management.azure.com";

/** The versions that infra/ deploys with. */
export const API = {
  Authorization: "2022-04-01",
  DocumentDB: "2026-03-15",
  KeyVault: "2026-05-15",
  Locks: "2020-05-01",
  Providers: "2021-04-01",
  Web: "2025-03-01",
} as const;

/** A resource as Azure Resource Manager answers it. */
export interface Resource {
  readonly id: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: as deep as Azure's resources are, and each of another shape.
  readonly [member: string]: any;
}

/** Azure Resource Manager, as far as an operator needs it. */
export interface Management {
  /** @returns undefined where there is no such resource */
  read(path: string, version: string): Promise<Resource | undefined>;
  list(path: string, version: string, query?: Readonly<Record<string, string>>): Promise<readonly Resource[]>;
  post(path: string, version: string): Promise<Resource>;
  put(path: string, version: string, body: unknown): Promise<void>;
  /** Milliseconds since the epoch, as Azure's clock showed them with the last answer; undefined before that. */
  time(): number | undefined;
}

/** Azure Resource Manager says no, in a way that an operator can put right or have put right. */
export class ManagementRefused extends UsageError {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export async function openManagement({
  openCredential,
  httpClient = createDefaultHttpClient(),
}: Pick<Surroundings, "openCredential" | "httpClient">): Promise<Management> {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(defaultRetryPolicy(), { phase: "Retry" });
  pipeline.addPolicy(
    bearerTokenAuthenticationPolicy({
      credential: await openCredential(),
      scopes: `${ORIGIN}/.default`,
    }),
    { phase: "Sign" },
  );
  let time: number | undefined;

  async function send(method: HttpMethods, address: string, body?: unknown) {
    const request = createPipelineRequest({
      url: address,
      method,
      headers: createHttpHeaders({ Accept: "application/json", "Content-Type": "application/json" }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { status, headers, bodyAsText } = await pipeline
      .sendRequest(httpClient, request)
      .catch((error: unknown) => {
        throw unsent(error);
      });
    const date = Date.parse(headers.get("date") ?? "");
    if (!Number.isNaN(date)) time = date;
    return { status, body: parsed(bodyAsText ?? "") };
  }

  async function answered(method: HttpMethods, address: string, body?: unknown): Promise<Resource> {
    const answer = await send(method, address, body);
    if (answer.status >= 300) throw refusalOf(answer.status, answer.body, address);
    return answer.body as Resource;
  }

  return {
    async read(path, version) {
      const address = addressOf(path, version);
      const { status, body } = await send("GET", address);
      const { code } = errorOf(body);
      if (status === 404 && (code === "ResourceNotFound" || code === "NotFound")) return undefined;
      if (status >= 300) throw refusalOf(status, body, address);
      return body as Resource;
    },
    async list(path, version, query) {
      const found: Resource[] = [];
      for (let address: string | undefined = addressOf(path, version, query); address; ) {
        // It carries the operator's token.
        if (!address.startsWith(`${ORIGIN}/`)) throw new Error("a page is to be read elsewhere");
        const page: Resource = await answered("GET", address);
        found.push(...page.value);
        address = page.nextLink;
      }
      return found;
    },
    post: (path, version) => answered("POST", addressOf(path, version)),
    put: async (path, version, body) => void (await answered("PUT", addressOf(path, version), body)),
    time: () => time,
  };
}

function addressOf(path: string, version: string, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams({ "api-version": version, ...query });
  // Names come from settings, which may be anything.
  return `${ORIGIN}${path.split("/").map(encodeURIComponent).join("/")}?${search}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function errorOf(body: unknown): { readonly code: string; readonly message: string } {
  const { error } = body as { error?: { code?: unknown; message?: unknown } };
  return { code: String(error?.code ?? ""), message: String(error?.message ?? "") };
}

function unsent(error: unknown): Error {
  const name = error instanceof Error ? error.name : "";
  if (/^(CredentialUnavailableError|AuthenticationError|AuthenticationRequiredError)$/.test(name)) {
    return new ManagementRefused("no-sign-in", NO_SIGN_IN);
  }
  if (isRestError(error) && error.statusCode === undefined) {
    return new ManagementRefused(
      "not-reached",
      "management.azure.com can't be reached from here: look at network and proxy.",
    );
  }
  return error instanceof Error ? error : new Error("the request was not sent", { cause: error });
}

const NO_SIGN_IN =
  "Azure does not know who you are: sign in with az login, which whoever runs the tenant lets you do.";

/** One line each: what is missing, and who can give it. */
function refusalOf(status: number, body: unknown, address: string): Error {
  const { code, message } = errorOf(body);
  const [, subscription = ""] = /\/subscriptions\/([^/?]+)/.exec(address) ?? [];
  switch (code) {
    case "ExpiredAuthenticationToken":
    case "InvalidAuthenticationToken":
      return new ManagementRefused(code, "Your sign-in has ended: az login.");
    case "InvalidAuthenticationTokenTenant":
      return new ManagementRefused(
        code,
        `You are signed in to another tenant than that of the subscription ${subscription}: az login --tenant TENANT; whoever gave you the subscription's id knows it.`,
      );
    case "InvalidSubscriptionId":
    case "SubscriptionNotFound":
      return new ManagementRefused(
        code,
        `You have no subscription ${subscription}: az account list shows yours; whoever owns it can give you a role in it.`,
      );
    case "ResourceGroupNotFound":
      return new ManagementRefused(
        code,
        `The subscription ${subscription} has no resource group of this name: look at --group and --subscription.`,
      );
    case "AuthorizationFailed":
    case "LinkedAuthorizationFailed": {
      const [, action = "it"] = /action '([^']+)'/.exec(message) ?? [];
      const [, scope = address] = /over scope '([^']+)'/.exec(message) ?? [];
      return new ManagementRefused(
        code,
        `You may not ${action} on ${scope.split("/").at(-1)}: the role ${roleFor(action)} is missing, which a User Access Administrator or an owner of it can give.`,
      );
    }
    case "ScopeLocked":
      return new ManagementRefused(code, "A lock keeps it: see docs/operations.md, Containing an identity.");
    default:
      return new ManagementRefused(code, `Azure Resource Manager answered ${status} ${code}.`);
  }
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles: the least that has the action. */
function roleFor(action: string): string {
  if (/^Microsoft\.Web\/sites\/config\/list/i.test(action)) return "Website Contributor";
  if (/\/read$/i.test(action)) return "Reader";
  if (/^Microsoft\.DocumentDB\//i.test(action)) return "DocumentDB Account Contributor";
  if (/^Microsoft\.KeyVault\//i.test(action)) return "Key Vault Contributor";
  if (/^Microsoft\.Web\//i.test(action)) return "Website Contributor";
  return "Contributor";
}
