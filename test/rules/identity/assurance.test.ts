import { describe, expect, it } from "vitest";
import type { IssuerSetting } from "../../../shared/config/settings.ts";
import { missingAssurance, signInOf } from "../../../shared/identity/assurance.ts";
import { explain } from "../../../shared/identity/explain.ts";
import type { Identity } from "../../../shared/model/identity.ts";
import type { Missing } from "../../../shared/words.ts";

const NOW = 1_795_334_400;
const MAX_AGE = 600;

const common: Omit<IssuerSetting, "issuer" | "profile"> = {
  jwksUri: "https://issuer.example/keys",
  audience: "api://authenticator-backup",
  kind: "personal",
  algorithms: ["ES256"],
  secondFactor: "when-known",
};

const oidc: IssuerSetting = {
  ...common,
  issuer: "https://issuer.example/oidc",
  profile: "oidc",
  acrValues: ["urn:example:mfa", "urn:example:hardware"],
};

const entra: IssuerSetting = {
  ...common,
  issuer: "https://issuer.example/entra",
  profile: "entra",
  authenticationContext: "c1",
};

const entraPersonal: IssuerSetting = {
  ...common,
  issuer: "https://issuer.example/entra-personal",
  profile: "entra-personal",
};

function identity(issuer: IssuerSetting, signIn: Partial<Identity> = {}): Identity {
  return {
    userId: "u".repeat(43),
    issuer,
    authority: issuer.issuer,
    subject: "subject",
    tenant: undefined,
    roles: [],
    isApp: false,
    signedInAt: NOW,
    secondFactor: true,
    boundKey: undefined,
    tokenHash: "t".repeat(43),
    ...signIn,
  };
}

/** The methods of RFC 8176, by what they show. */
const KNOWLEDGE = ["pwd", "pin", "kba"];
const POSSESSION = ["otp", "hwk", "swk", "pop", "sc", "sms", "tel"];
const INHERENCE = ["fpt", "face", "iris", "retina", "vbm"];
const NO_FACTOR = ["geo", "mca", "rba", "user", "wia", "x", "constructor"];

describe("what a token tells of the sign-in", () => {
  it.each([oidc, entra, entraPersonal])("is its time, in the profile $profile", (issuer) => {
    expect(signInOf({ auth_time: NOW }, issuer).signedInAt).toBe(NOW);
  });

  it.each([{}, { auth_time: String(NOW) }, { auth_time: null }, { auth_time: [NOW] }])(
    "is no time where it has %j",
    (claims) => {
      expect(signInOf(claims, oidc).signedInAt).toBeUndefined();
    },
  );

  it("is no time where it has a number that no clock shows", () => {
    expect(signInOf({ auth_time: Number.POSITIVE_INFINITY }, oidc).signedInAt).toBeUndefined();
  });

  it.each([
    { amr: ["mfa"] },
    { amr: ["pwd", "mfa"] },
    ...[...POSSESSION, ...INHERENCE].flatMap((method) =>
      KNOWLEDGE.map((other) => ({ amr: [other, method] })),
    ),
    ...POSSESSION.flatMap((method) => INHERENCE.map((other) => ({ amr: [method, other] }))),
    { amr: ["geo", "otp", "rba", "pin"] },
    { acr: "urn:example:mfa" },
    { amr: ["pwd"], acr: "urn:example:hardware" },
  ])("is a second factor in the profile oidc with %j [D7]", (claims) => {
    expect(signInOf(claims, oidc).secondFactor).toBe(true);
  });

  it.each([
    {},
    ...[...KNOWLEDGE, ...POSSESSION, ...INHERENCE, ...NO_FACTOR].map((method) => ({ amr: [method] })),
    { amr: KNOWLEDGE },
    { amr: POSSESSION },
    { amr: INHERENCE },
    { amr: ["otp", "otp"] },
    ...NO_FACTOR.map((method) => ({ amr: ["pwd", method] })),
    { amr: ["pwd", "OTP"] },
    { amr: ["pwd", ["otp"]] },
    { amr: "pwd otp" },
    { amr: "mfa" },
    { amr: [{ mfa: true }] },
    { amr: [] },
    { acr: "urn:example:password" },
    { acr: ["urn:example:mfa"] },
    { acrs: ["c1"] },
  ])("is no second factor in the profile oidc with %j", (claims) => {
    expect(signInOf(claims, oidc).secondFactor).toBe(false);
  });

  it("is no second factor by `acr` in the profile oidc where no value stands for one", () => {
    const { acrValues: _, ...without } = oidc;
    expect(signInOf({ acr: "urn:example:mfa" }, without).secondFactor).toBe(false);
  });

  it.each([
    [{ acrs: ["c1"] }, true],
    [{ acrs: ["c0", "c1"] }, true],
    [{ acrs: ["c2"] }, false],
    [{ acrs: "c1" }, false],
    [{ amr: ["mfa"] }, false],
    [{}, false],
  ])("goes by the authentication contexts in the profile entra: %j", (claims, secondFactor) => {
    expect(signInOf(claims, entra).secondFactor).toBe(secondFactor);
  });

  it("is no second factor in the profile entra where no context stands for one", () => {
    const { authenticationContext: _, ...without } = entra;
    expect(signInOf({ acrs: ["c1", undefined] }, without).secondFactor).toBe(false);
  });

  it("is never a second factor in the profile entra-personal, whatever it claims", () => {
    const claims = { amr: ["mfa"], acr: "urn:example:mfa", acrs: ["c1"] };
    expect(signInOf(claims, entraPersonal).secondFactor).toBe(false);
  });
});

describe("what a sign-in lacks for a step-up", () => {
  const asked = { now: NOW, maxAge: MAX_AGE, secondFactorSeen: false };

  it.each([
    ["now", NOW, []],
    ["at the limit", NOW - MAX_AGE, []],
    ["a second before the limit", NOW - MAX_AGE - 1, ["recent-sign-in"]],
    ["a minute from now, by a clock that is ahead", NOW + 60, []],
    ["more than a minute from now", NOW + 61, ["recent-sign-in"]],
    ["at a time that is not told", undefined, ["recent-sign-in"]],
  ])("goes by its age: %s", (_, signedInAt, missing) => {
    expect(missingAssurance(identity(oidc, { signedInAt }), asked)).toEqual(missing);
  });

  it("is no second factor while the owner has never shown one [D7]", () => {
    expect(missingAssurance(identity(oidc, { secondFactor: false }), asked)).toEqual([]);
  });

  it("is the second factor once the owner has shown one [D7]", () => {
    const seen = { ...asked, secondFactorSeen: true };
    expect(missingAssurance(identity(oidc, { secondFactor: false }), seen)).toEqual(["second-factor"]);
    expect(missingAssurance(identity(oidc), seen)).toEqual([]);
  });

  it("is the second factor where the issuer always has one [D7]", () => {
    const strict: IssuerSetting = { ...entra, secondFactor: "always" };
    expect(missingAssurance(identity(strict, { secondFactor: false }), asked)).toEqual(["second-factor"]);
  });

  it("is both where both are missing", () => {
    const bare = identity(oidc, { signedInAt: undefined, secondFactor: false });
    expect(missingAssurance(bare, { ...asked, secondFactorSeen: true })).toEqual([
      "recent-sign-in",
      "second-factor",
    ]);
  });

  it("is never the second factor of an issuer that can't tell of one", () => {
    const strict: IssuerSetting = { ...entraPersonal, secondFactor: "always" };
    const bare = identity(strict, { secondFactor: false });
    expect(missingAssurance(bare, { ...asked, secondFactorSeen: true })).toEqual([]);
  });
});

describe("the answer to a sign-in that is not enough", () => {
  const stepUpRequired = ({ issuer }: Identity, missing: readonly Missing[], maxAge: number) =>
    explain({ reason: "step-up-required", missing, issuer, maxAge });
  const challengeOf = (...call: Parameters<typeof stepUpRequired>) =>
    stepUpRequired(...call).headers["WWW-Authenticate"];

  it("names what is missing, and for how long a sign-in counts [B3]", () => {
    const { code, members } = stepUpRequired(identity(oidc), ["recent-sign-in"], MAX_AGE);
    expect({ code, members }).toEqual({
      code: "step-up-required",
      members: { missing: ["recent-sign-in"], maxAge: MAX_AGE },
    });
  });

  it("asks for a recent sign-in in the words of RFC 9470", () => {
    expect(challengeOf(identity(oidc), ["recent-sign-in"], MAX_AGE)).toBe(
      'Bearer error="insufficient_user_authentication", max_age="600"',
    );
  });

  it("asks for a second factor with the values that the issuer knows it by", () => {
    expect(challengeOf(identity(oidc), ["second-factor"], MAX_AGE)).toBe(
      'Bearer error="insufficient_user_authentication", max_age="600", acr_values="urn:example:mfa urn:example:hardware"',
    );
  });

  it("adds the claims that Microsoft Entra wants to be asked for", () => {
    const challenge = challengeOf(identity(entra), ["second-factor"], MAX_AGE) ?? "";
    expect(challenge).toMatch(/^Bearer error="insufficient_user_authentication", .*acr_values="c1", Bearer /);
    const [, claims = ""] = /Bearer error="insufficient_claims", claims="([\w+/=]+)"$/.exec(challenge) ?? [];
    expect(JSON.parse(Buffer.from(claims, "base64").toString())).toEqual({
      access_token: { acrs: { essential: true, value: "c1" } },
    });
  });

  it("asks for no value where the issuer has none for a second factor", () => {
    const { authenticationContext: _context, ...withoutContext } = entra;
    const { acrValues: _values, ...withoutValues } = oidc;
    for (const issuer of [withoutContext, withoutValues]) {
      expect(challengeOf(identity(issuer), ["second-factor"], MAX_AGE)).toBe(
        'Bearer error="insufficient_user_authentication", max_age="600"',
      );
    }
  });
});
