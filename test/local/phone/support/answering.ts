import {
  CompactEncrypt,
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  EmbeddedJWK,
  importJWK,
  type JWK,
  UnsecuredJWT,
} from "jose";
import { deviceId } from "../../../../local/phone/protocol/keys.ts";
import { ownerOfToken } from "../../../../local/phone/protocol/ownerId.ts";
import { checkDeclared } from "../../../support/declared.ts";

export const ORIGIN = "https://backup.example";
const KEY_ID = "oKGio6SlpqeoqaqrrK2urw";
export const RECOVERY_ID = "r".repeat(22);
const NOW = "2026-11-22T07:00:00.000Z";

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

const purpose = "recover";
const times = { startedAt: NOW, releaseAt: NOW, expiresAt: NOW };

/** The answer to a recovery that has to wait. */
export function waiting(): Response {
  const waits = { recoveryId: RECOVERY_ID, purpose, state: "waiting", platform: "android", ...countsOf([]) };
  return Response.json({ ...waits, ...times, approvers: 1, triesLeft: 4 }, { status: 201 });
}

function countsOf(accounts: readonly { readonly kind: string }[]) {
  const count = (kind: string) => accounts.filter((account) => account.kind === kind).length;
  const kinds = {
    personal: count("personal"),
    "work-or-school": count("work-or-school"),
    "third-party": count("third-party"),
  };
  return { kinds, actionRequired: 0 };
}

/** What happens to the next request: it is answered instead of the service, or done with its answer lost. */
type Mishap = Response | "answer-lost";

/** An access token; nobody in these tests looks at its signature. */
export function tokenOf(owner: string): string {
  return new UnsecuredJWT({}).setIssuer("https://login.example.com").setSubject(owner).encode();
}

export function problem(status: number, members: object, headers: Record<string, string> = {}): Response {
  const common = { type: "about:blank", title: "Title", status, detail: "Detail.", instance: "urn:uuid:0" };
  const body = { ...common, remedy: "remedy", retryable: false, ...members };
  return Response.json(body, { status, headers: { ...headers, "Content-Type": "application/problem+json" } });
}

/**
 * A fake of the service: it keeps one backup, trusts every phone and checks nothing but the proof. It answers as the
 * endpoints declare, or the test fails. What a phone sends can be read in `received`.
 */
export function createService() {
  const received: Received[] = [];
  const mishaps: Mishap[] = [];
  const sealingKeys = new Map<string, JWK>();
  let on: string | undefined;
  let version = 0;
  let envelope: unknown;
  let recoveryKey: unknown;
  let manifest: { accounts: { ref: string; kind: string; push: boolean }[] } = { accounts: [] };

  async function sealTo(id: string, uid: string) {
    const sealed = await new CompactEncrypt(new Uint8Array(32).fill(7))
      .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM", kid: KEY_ID, uid })
      .encrypt(await importJWK(sealingKeys.get(id) ?? {}, "ECDH-ES"));
    return { id: KEY_ID, number: 1, sealed };
  }

  /** As the present envelope's header says. */
  function sealed() {
    const { ver, ssb } = typeof envelope === "string" ? decodeProtectedHeader(envelope) : {};
    return { sealedAs: ver, storageBound: ssb };
  }

  function status() {
    const always = { nextVersion: version + 1, trusted: on !== undefined, recoveries: [] };
    const headers = { ETag: `"${version}"` };
    if (on === undefined) return Response.json({ state: "off", ...always }, { headers });
    const device = { deviceId: "d".repeat(43), name: "first", platform: on };
    const accounts = manifest.accounts.length;
    const current = { version, uploadedAt: NOW, accounts, bytes: 100, device, key: 1, ...sealed() };
    const body = {
      state: "on",
      ...always,
      platform: on,
      enabledAt: NOW,
      key: { id: KEY_ID, number: 1 },
      versions: version,
      health: { outOfDate: false, outOfDateAt: NOW },
      indicator: "none",
    };
    return Response.json(version > 0 ? { ...body, current } : body, { headers });
  }

  async function answer({ method, path, headers, body }: Received): Promise<Response> {
    if (path === "/dev/token") return Response.json({ access_token: tokenOf(String(body.owner)) });
    const token = headers.get("Authorization")?.slice("Bearer ".length) ?? "";
    const userId = ownerOfToken(token);
    const platform = headers.get("X-Client-Platform") ?? "";
    const id = await deviceOf(headers.get("DPoP") ?? "");
    const device = {
      deviceId: id,
      name: body.name ?? "first",
      platform,
      registeredAt: NOW,
      trusted: on !== undefined,
    };
    const arrived = manifest.accounts.map(({ ref, kind, push }) => ({
      ref,
      kind,
      push,
      state: "ready",
      means: [],
    }));
    const recovery = {
      recoveryId: RECOVERY_ID,
      purpose,
      state: "released",
      ...(version > 0 && { version }),
      platform: on ?? platform,
      ...countsOf(arrived),
      accounts: arrived,
      ...times,
    };
    async function released() {
      const wrapped = body.recoveryKeyCheck ? { wrappedStorageSecret: recoveryKey } : {};
      const content = typeof envelope === "string" ? { content: { envelope, ...sealed() } } : {};
      return { ...recovery, key: await sealTo(id, userId), ...content, ...wrapped };
    }
    switch (`${method} ${path}`) {
      case `PUT /v1/devices/${id}`:
        sealingKeys.set(id, Object(body.sealingKey));
        return Response.json({ ...device, userId, referenceSalt: "A".repeat(43) });
      case "GET /v1/devices":
        return Response.json({ devices: [{ ...device, thisPhone: true }] });
      case "POST /v1/backup/enable":
        on = platform;
        return Response.json({ platform, nextVersion: 1, key: await sealTo(id, userId) }, { status: 201 });
      case "GET /v1/backup":
        return status();
      case "PUT /v1/backup":
        ({ envelope } = body);
        manifest = Object(body.manifest);
        version++;
        return Response.json(
          { version, uploadedAt: NOW, accounts: manifest.accounts.length, nextVersion: version + 1 },
          { headers: { ETag: `"${version}"` } },
        );
      case "GET /v1/backup/key":
        return Response.json({ key: await sealTo(id, userId), platform });
      case "PUT /v1/backup/recovery-key":
        recoveryKey = body.wrappedStorageSecret;
        return Response.json({ setAt: NOW });
      case "POST /v1/recoveries":
        return Response.json({ ...(await released()), triesLeft: 4 }, { status: 201 });
      case `POST /v1/recoveries/${RECOVERY_ID}/open`:
        return Response.json(await released());
      case "DELETE /v1/backup":
      case "DELETE /v1/me":
        on = undefined;
        return new Response(null, { status: 204 });
      case `DELETE /v1/recoveries/${RECOVERY_ID}`:
      case "DELETE /v1/backup/recovery-key":
      case `POST /v1/recoveries/${RECOVERY_ID}/approve`:
      case `POST /v1/recoveries/${RECOVERY_ID}/deny`:
      case "DELETE /v1/backup/freeze":
        return new Response(null, { status: 204 });
      case `GET /v1/recoveries/${RECOVERY_ID}`:
        return Response.json(recovery);
      case `DELETE /v1/devices/${id}`:
        return new Response(null, { status: 204 });
      default:
        return problem(404, { code: "not-found" });
    }
  }

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    // No host for development: the phone goes by its own clock.
    if (new URL(request.url).pathname === "/dev/clock") return new Response(null, { status: 404 });
    const text = await request.text();
    const { pathname } = new URL(request.url);
    const { method, headers } = request;
    const message = { method, path: pathname, headers, body: text === "" ? {} : JSON.parse(text) };
    received.push(message);
    const mishap = pathname === "/dev/token" ? undefined : mishaps.shift();
    if (mishap instanceof Response) return mishap;
    const response = await answer(message);
    if (response.ok) {
      const answered = await response.clone().text();
      checkDeclared(method, pathname, response.status, answered === "" ? undefined : JSON.parse(answered));
    }
    if (mishap === "answer-lost") throw new TypeError("fetch failed");
    return response;
  };

  return { fetch, received, mishaps };
}

async function deviceOf(proof: string): Promise<string> {
  const { protectedHeader } = await compactVerify(proof, EmbeddedJWK);
  return deviceId(Object(protectedHeader.jwk));
}

/** The claims of a device proof. */
export function claimsOf({ headers }: Received) {
  return decodeJwt(headers.get("DPoP") ?? "");
}
