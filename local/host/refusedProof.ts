import { createPublicKey, hash, verify } from "node:crypto";
import * as z from "zod";
import type { HttpRequest, Route } from "../../shared/http/message.ts";
import { normalized } from "../../shared/identity/htu.ts";
import { publicKey } from "../../shared/model/publicKey.ts";

interface Surroundings {
  /** What phones call the service. */
  readonly publicOrigin: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: () => number;
  /** Takes one line for each proof that was refused. */
  readonly tell: (line: string) => void;
}

const refusal = z.looseObject({ code: z.string().startsWith("proof-") });

/**
 * The route, telling whoever develops an app which member of a refused proof (RFC 9449, section 4.2) was wrong, and what
 * was expected. An answer never says it: on a deployed service it would help a thief.
 */
export function explainingProofs(route: Route, { publicOrigin, now, tell }: Surroundings): Route {
  return {
    ...route,
    handle: async (request) => {
      const answer = await route.handle(request);
      if (answer.status !== 401) return answer;
      const code = refusal.safeParse(JSON.parse(answer.body ?? "null")).data?.code;
      if (code) tell(`${request.id} ${code}: ${reasonOf(request, { publicOrigin, now: now() })}`);
      return answer;
    },
  };
}

/** Why a proof is refused, in the order in which it is checked. */
export function reasonOf(
  { method, path, header }: Pick<HttpRequest, "method" | "path" | "header">,
  { publicOrigin, now }: { readonly publicOrigin: string; readonly now: number },
): string {
  const proof = header("dpop");
  if (proof === undefined) return "there is no DPoP header";
  const { groups } = JWS.exec(proof) ?? {};
  if (!groups) return "DPoP is not one compact JWS whose signature has 64 bytes";
  const [head, claims] = [jsonOf(groups.head), jsonOf(groups.claims)];
  const token = /^Bearer +(.*)$/i.exec(header("authorization") ?? "")?.[1] ?? "";
  const ath = hash("sha256", token, "base64url");
  const url = publicOrigin + path;
  const age = Math.round(now / 1000 - Number(claims.iat));
  const found = [
    is("typ", head.typ, "dpop+jwt"),
    is("alg", head.alg, "ES256"),
    publicKey.safeParse(head.jwk).success
      ? undefined
      : "jwk is not a public P-256 key with kty, crv, x and y alone",
    ...Object.keys(head).map((name) =>
      ["typ", "alg", "jwk"].includes(name) ? undefined : `the header has ${name}, expected typ, alg and jwk`,
    ),
    signatureIsRight(groups, head.jwk) ? undefined : "the signature is not of that jwk over these bytes",
    /^[\w-]{16,64}$/.test(String(claims.jti))
      ? undefined
      : `jti is ${shown(claims.jti)}, expected 16 to 64 letters, digits, - and _`,
    is("htm", claims.htm, method),
    normalized(String(claims.htu)) === normalized(url) ? undefined : is("htu", claims.htu, url),
    is("ath", claims.ath, ath, " (SHA-256 of the access token)"),
    typeof claims.iat === "number" ? undefined : `iat is ${shown(claims.iat)}, expected a number of seconds`,
    age > YOUNG || age < -YOUNG
      ? `iat is ${Math.abs(age)} s ${age > 0 ? "old" : "ahead"}, expected the time now, ${Math.floor(now / 1000)}`
      : undefined,
  ].find((wrong) => wrong !== undefined);
  return found ?? "it is right by itself: it was used before, or the token is bound to another key (cnf)";
}

/** A compact JWS (RFC 7515, section 7.1), with the 64 bytes of ES256. */
const JWS = /^(?<signed>(?<head>[\w-]+)\.(?<claims>[\w-]+))\.(?<signature>[\w-]{86})$/;

/** Seconds that every proof may be off by. */
const YOUNG = 60;

function is(member: string, found: unknown, expected: string, why = ""): string | undefined {
  return found === expected ? undefined : `${member} is ${shown(found)}, expected "${expected}"${why}`;
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 200);
}

function jsonOf(part = ""): Readonly<Record<string, unknown>> {
  try {
    return z
      .record(z.string(), z.unknown())
      .catch({})
      .parse(JSON.parse(Buffer.from(part, "base64url").toString()));
  } catch {
    return {};
  }
}

function signatureIsRight(
  { signed = "", signature = "" }: Readonly<Record<string, string>>,
  jwk: unknown,
): boolean {
  try {
    const key = createPublicKey({ format: "jwk", key: publicKey.parse(jwk) });
    const es256 = { key, dsaEncoding: "ieee-p1363" } as const;
    return verify("sha256", Buffer.from(signed), es256, Buffer.from(signature, "base64url"));
  } catch {
    return false;
  }
}
