import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { createTokenVerifier } from "../../../shared/identity/token.ts";
import { START } from "../../support/service.ts";

const ISSUER = "https://login.example";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const keys = new Map<string, { readonly signing: CryptoKey; readonly jwk: JWK }>();

beforeAll(async () => {
  for (const kid of ["first", "second"]) {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    keys.set(kid, { signing: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256" } });
  }
});

/** An issuer whose address answers as it is told, and a verifier that asks it. */
function start() {
  let now = START;
  let asked = 0;
  let answer: () => Response | Promise<Response> = serving("first");
  const verify = createTokenVerifier({
    issuers: [
      {
        issuer: ISSUER,
        jwksUri: `${ISSUER}/keys`,
        audience: "backup",
        kind: "personal",
        profile: "oidc",
        algorithms: ["ES256"],
        secondFactor: "when-known",
      },
    ],
    system: { now: () => now },
    fetch: async () => {
      asked++;
      return await answer();
    },
  });
  let tokens = 0;
  return {
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    serve: (next: typeof answer) => {
      answer = next;
    },
    asked: () => asked,
    /** How a new token is answered that this key has signed. @param expiresIn seconds */
    async signedBy(kid: string, expiresIn = 3600): Promise<string> {
      const token = await new SignJWT({ jti: String(++tokens) })
        .setProtectedHeader({ alg: "ES256", kid, typ: "at+jwt" })
        .setIssuer(ISSUER)
        .setAudience("backup")
        .setSubject("alice")
        .setIssuedAt(now / 1000)
        .setExpirationTime(now / 1000 + expiresIn)
        .sign(keys.get(kid)?.signing ?? expect.fail(kid));
      const verdict = await verify(token);
      return verdict.refused?.reason ?? "taken";
    },
  };
}

function serving(...kids: readonly string[]): () => Response {
  return () => Response.json({ keys: kids.map((kid) => keys.get(kid)?.jwk) });
}

const outages: readonly [string, () => Response | Promise<Response>][] = [
  ["out of reach", () => Promise.reject(new TypeError("fetch failed"))],
  ["not answering in time", () => Promise.reject(new DOMException("too late", "TimeoutError"))],
  ["answering 503", () => new Response("", { status: 503 })],
  ["answering with a page", () => new Response("<html></html>")],
  ["answering with no key set", () => Response.json({ error: "down" })],
  ["answering with an empty one", () => Response.json({ keys: [] })],
];

describe("an issuer's signing keys", () => {
  it("are asked for once, for however many tokens at a time", async () => {
    const issuer = start();
    const answers = await Promise.all(["first", "first", "first"].map((kid) => issuer.signedBy(kid)));
    expect([answers, issuer.asked()]).toEqual([["taken", "taken", "taken"], 1]);
  });

  it("that are rotated are found at once where they were not asked for a moment ago", async () => {
    const issuer = start();
    await issuer.signedBy("first");
    issuer.pass(30 * SECOND);
    issuer.serve(serving("first", "second"));
    expect(await issuer.signedBy("second")).toBe("taken");
  });

  it("that are rotated within 30 seconds are the service's trouble, and found when those are over [I4]", async () => {
    const issuer = start();
    await issuer.signedBy("first");
    issuer.serve(serving("second"));
    issuer.pass(29 * SECOND);
    expect(await issuer.signedBy("second")).toBe("sign-in-unavailable");
    expect(issuer.asked()).toBe(1);
    issuer.pass(SECOND);
    expect(await issuer.signedBy("second")).toBe("taken");
  });

  it("that lack a token's are the service's trouble, not the owner's [I4]", async () => {
    const issuer = start();
    expect(await issuer.signedBy("second")).toBe("sign-in-unavailable");
    expect(await issuer.signedBy("first")).toBe("taken");
  });

  describe.each(outages)("%s", (_, outage) => {
    it("serve on for a day where they are known, and are not asked for with every token [I4]", async () => {
      const issuer = start();
      await issuer.signedBy("first");
      issuer.serve(outage);
      for (const pause of [10 * MINUTE, SECOND, HOUR, 22 * HOUR]) {
        issuer.pass(pause);
        expect(await issuer.signedBy("first")).toBe("taken");
      }
      expect(issuer.asked()).toBeLessThan(5);
      issuer.pass(HOUR);
      expect(await issuer.signedBy("first")).toBe("sign-in-unavailable");
    });

    it("heal by themselves [I4]", async () => {
      const issuer = start();
      issuer.serve(outage);
      expect(await issuer.signedBy("first")).toBe("sign-in-unavailable");
      expect(await issuer.signedBy("first")).toBe("sign-in-unavailable");
      expect(issuer.asked()).toBe(1);
      issuer.serve(serving("first"));
      issuer.pass(30 * SECOND);
      expect(await issuer.signedBy("first")).toBe("taken");
    });
  });

  it("are asked for again while the known ones serve, so that one which is withdrawn is gone", async () => {
    const issuer = start();
    await issuer.signedBy("first");
    issuer.serve(serving("second"));
    issuer.pass(10 * MINUTE);
    expect(await issuer.signedBy("first")).toBe("taken");
    expect(await issuer.signedBy("first")).toBe("sign-in-unavailable");
  });

  it("are not asked for where a token has expired: that of an old one may be gone for good", async () => {
    const issuer = start();
    expect(await issuer.signedBy("second", -10)).toBe("token-expired");
    expect(issuer.asked()).toBe(0);
  });
});
