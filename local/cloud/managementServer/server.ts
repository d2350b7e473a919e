import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { createDefaultHttpClient, type HttpClient } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import { type Answer, refuse } from "../vaultServer/answer.ts";
import { selfSigned } from "../vaultServer/certificate.ts";
import { createTokens } from "../vaultServer/tokens.ts";
import { createResources, namedBy, type Resource } from "./resources.ts";
import { builtInRole, referencesOf, settingsOf, shown } from "./shown.ts";

const RESOURCE = "https://management.azure.com";

/** Azure Resource Manager, on this machine: of one subscription, as far as an operator's commands ask it. */
export interface ManagementServer {
  /** Leads here. */
  readonly httpClient: HttpClient;
  /** A sign-in that it takes. */
  readonly credential: TokenCredential;
  /** Deploys, as an incremental deployment does: what is not named stays. */
  deploy(resources: readonly Resource[]): void;
  /** Changes what there is behind its back, as a portal would. */
  change(id: string, change: (resource: Resource) => void): void;
  remove(id: string): void;
  /** The ids of all that there is. */
  ids(): readonly string[];
  /** Refuses this action from now on, as in `Microsoft.Web/sites/read`; on everything. */
  deny(action: string): void;
  /** How a resource provider stands. */
  register(namespace: string, state: "Registered" | "NotRegistered"): void;
  /** Ends every sign-in so far. */
  endSignIns(): void;
  /** Moves its clock. @param milliseconds from the machine's */
  shiftClock(milliseconds: number): void;
  /** Each request, as in `GET Microsoft.Web/sites`. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

/** The versions of each type that it takes besides that which a resource was deployed with. */
const VERSIONS: Readonly<Record<string, string>> = {
  "microsoft.web/sites/config": "2025-03-01",
  "microsoft.keyvault/vaults/keys/versions": "2026-05-15",
  "microsoft.authorization/locks": "2020-05-01",
  "microsoft.authorization/roleassignments": "2022-04-01",
  "microsoft.authorization/roledefinitions": "2022-04-01",
  "microsoft.documentdb/databaseaccounts/sqlroleassignments": "2026-03-15",
  "microsoft.documentdb/databaseaccounts/sqldatabases/containers/throughputsettings": "2026-03-15",
};

const PROVIDERS_VERSION = "2021-04-01";

/** Resources of a list's page. */
const PAGE = 2;

/** @param subscription its id */
export async function startManagementServer({
  subscription,
  now,
}: {
  readonly subscription: string;
  readonly now: () => number;
}): Promise<ManagementServer> {
  const resources = createResources();
  const versions = new Map<string, string>(Object.entries(VERSIONS));
  const providers = new Map<string, string>();
  const denied = new Set<string>();
  const seen: string[] = [];
  let tokens = createTokens();
  let shift = 0;

  function deployOne(resource: Resource): void {
    versions.set(resource.type.toLowerCase(), resource.apiVersion);
    providers.set(resource.type.split("/")[0] ?? "", "Registered");
    const before = resources.get(resource.id);
    // Azure Resource Manager makes a key that is not there, and changes none that is.
    if (resource.type === "Microsoft.KeyVault/vaults/keys" && before) return;
    const copy: Resource = structuredClone(resource);
    if (resource.type === "Microsoft.KeyVault/vaults/keys") {
      copy.properties.attributes = { ...copy.properties.attributes, created: Math.floor(now() / 1000) };
    }
    resources.set(copy);
  }

  function act(method: string, address: URL, body: unknown): Answer {
    const path = decodeURIComponent(address.pathname).replace(/\/$/, "");
    const version = address.searchParams.get("api-version");
    const [, asked = ""] = /^\/subscriptions\/([^/]+)/i.exec(path) ?? [];
    if (version === null) {
      return refuse(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required.",
      );
    }
    if (asked !== subscription) {
      return refuse(404, "SubscriptionNotFound", `The subscription '${asked}' could not be found.`);
    }
    if (/^\/subscriptions\/[^/]+\/providers$/i.test(path) && method === "GET") {
      if (version !== PROVIDERS_VERSION) return wrongVersion("providers", PROVIDERS_VERSION);
      seen.push("GET providers");
      const value = [...providers].map(([namespace, registrationState]) => ({
        namespace,
        registrationState,
      }));
      return { status: 200, body: { value } };
    }
    const [group = ""] = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(path) ?? [];
    if (group !== "" && !resources.hasGroup(group)) {
      return refuse(
        404,
        "ResourceGroupNotFound",
        `Resource group '${group.split("/").at(-1)}' could not be found.`,
      );
    }
    return actOn(method, path, version, address.searchParams, body);
  }

  function actOn(
    method: string,
    path: string,
    version: string,
    query: URLSearchParams,
    body: unknown,
  ): Answer {
    const isList = method === "POST" && /\/config\/appsettings\/list$/i.test(path);
    const isReferences = /\/config\/configreferences\/appsettings$/i.test(path);
    const named = namedBy(isList || isReferences ? path.replace(/\/[^/]+$/, "") : path);
    if (!named) return refuse(404, "InvalidResourceType", "The resource type could not be found.");
    const { type } = named;
    const known = versions.get(type.toLowerCase());
    if (known !== version) return wrongVersion(type, known);
    seen.push(`${method} ${type}`);
    const verb = isList ? "list/action" : { GET: "read", PUT: "write", DELETE: "delete" }[method];
    if (verb === undefined) return refuse(405, "MethodNotAllowed", `${method} is not taken here.`);
    const action = `${type}/${verb}`;
    if (denied.has(action.toLowerCase())) return forbidden(action, path);

    const site = /^(.+\/sites\/[^/]+)\/config\//i.exec(path)?.[1];
    if (site !== undefined) {
      const found = resources.get(site);
      if (!found) return notFound(path);
      if (isList) return { status: 200, body: { name: "appsettings", properties: settingsOf(found) } };
      if (isReferences && method === "GET")
        return { status: 200, body: { value: referencesOf(found, resources) } };
      return notFound(path);
    }
    if (/\/throughputSettings\/default$/i.test(path)) return throughput(method, path, body);
    if (named.isCollection) return method === "GET" ? list(path, type, query) : notFound(path);
    if (method === "DELETE") return remove(path);
    if (method === "PUT") return refuse(405, "MethodNotAllowed", `${type} is made by a deployment here.`);
    const found = resources.get(path);
    if (found) return { status: 200, body: shown(found, resources) };
    const builtIn = builtInRole(path);
    return builtIn ? { status: 200, body: builtIn } : notFound(path);
  }

  function list(path: string, type: string, query: URLSearchParams): Answer {
    const scope = path.slice(
      0,
      path.toLowerCase().lastIndexOf(/authorization/i.test(type) ? "/providers/" : "/"),
    );
    let found = resources.below(scope, type);
    if (type === "Microsoft.Authorization/roleAssignments") {
      const [, principal] = /^principalId eq '([^']+)'$/.exec(query.get("$filter") ?? "") ?? [];
      if (principal === undefined) return refuse(400, "BadRequestFormat", "The filter is not valid.");
      found = found.filter(({ properties }) => properties.principalId === principal);
    }
    // In small pages, so that whoever reads the first alone is found out.
    const from = Number(query.get("$skiptoken") ?? 0);
    const next = new URLSearchParams(query);
    next.set("$skiptoken", String(from + PAGE));
    return {
      status: 200,
      body: {
        value: found.slice(from, from + PAGE).map((each) => shown(each, resources)),
        ...(from + PAGE < found.length && { nextLink: `${RESOURCE}${encodeURI(path)}?${next}` }),
      },
    };
  }

  function remove(path: string): Answer {
    const account = /^(.+\/databaseAccounts\/[^/]+)/i.exec(path)?.[1];
    const isLocked = account && resources.below(account, "Microsoft.Authorization/locks").length > 0;
    if (isLocked && !/\/locks\//i.test(path)) {
      return refuse(
        409,
        "ScopeLocked",
        "The scope cannot perform delete operation because following scope(s) are locked.",
      );
    }
    resources.delete(path);
    return { status: 200 };
  }

  /** Of a container: the autoscale throughput that it was deployed with. */
  function throughput(method: string, path: string, body: unknown): Answer {
    const container = resources.get(path.replace(/\/throughputSettings\/default$/i, ""));
    const settings = container?.properties.options?.autoscaleSettings;
    // Of a serverless account there is none.
    if (!container || !settings) return refuse(404, "NotFound", "Throughput settings were not found.");
    if (method === "PUT") {
      const { properties } = (body ?? {}) as Partial<Resource>;
      const most: unknown = properties?.resource?.autoscaleSettings?.maxThroughput;
      if (typeof most !== "number" || most < 1000 || most % 1000 !== 0) {
        return refuse(400, "BadRequest", "maxThroughput must be a multiple of 1000.");
      }
      settings.maxThroughput = most;
    }
    return {
      status: 200,
      body: { id: path, name: "default", properties: { resource: { autoscaleSettings: { ...settings } } } },
    };
  }

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = message.headers.authorization?.replace(/^Bearer /, "") ?? "";
    const body = message.method === "PUT" ? await json(message).catch(() => undefined) : undefined;
    const { status, body: answered } = tokens.isFor(token, RESOURCE)
      ? act(message.method ?? "", new URL(message.url ?? "", RESOURCE), body)
      : refuse(
          401,
          "ExpiredAuthenticationToken",
          "The access token expiry is earlier than the current time.",
        );
    response
      .writeHead(status, {
        "Content-Type": "application/json; charset=utf-8",
        Date: new Date(now() + shift).toUTCString(),
      })
      .end(JSON.stringify(answered ?? {}));
  }

  const { key, cert } = selfSigned("management.azure.com");
  const server = createServer({ key, cert }, (message, response) => void answer(message, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ host: "127.0.0.1", port, ca: cert, keepAlive: true });
  const client = createDefaultHttpClient();

  return {
    seen,
    httpClient: { sendRequest: (request) => client.sendRequest(Object.assign(request, { agent })) },
    credential: {
      getToken: async (scopes) => ({
        token: tokens.issue(String(scopes).replace(/\/\.default$/, "")),
        expiresOnTimestamp: Date.now() + 3_600_000,
      }),
    },
    deploy: (all) => all.forEach(deployOne),
    change(id, change) {
      const found = resources.get(id);
      if (!found) throw new Error(`no resource ${id}`);
      change(found);
    },
    remove: (id) => resources.delete(id),
    ids: () => resources.ids(),
    deny: (action) => void denied.add(action.toLowerCase()),
    register: (namespace, state) => void providers.set(namespace, state),
    endSignIns: () => {
      tokens = { ...createTokens(), issue: () => "ended" };
    },
    shiftClock: (milliseconds) => {
      shift = milliseconds;
    },
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function notFound(path: string): Answer {
  const isData = /\/Microsoft\.DocumentDB\/databaseAccounts\/[^/]+\//i.test(path);
  return refuse(404, isData ? "NotFound" : "ResourceNotFound", `The Resource '${path}' was not found.`);
}

function wrongVersion(type: string, known: string | undefined): Answer {
  return known === undefined
    ? refuse(400, "InvalidResourceType", `The resource type '${type}' could not be found.`)
    : refuse(
        400,
        "NoRegisteredProviderFound",
        `No registered resource provider found for the API version of type '${type}'. The supported api-versions are '${known}'.`,
      );
}

function forbidden(action: string, scope: string): Answer {
  return refuse(
    403,
    "AuthorizationFailed",
    `The client 'operator@example.com' with object id '6f1d' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}
