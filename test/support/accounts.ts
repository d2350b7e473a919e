import type { OwnContents } from "../../local/phone/protocol/accounts.ts";

/** Accounts of every kind, in an order that is neither alphabetic nor by kind. */
export const contents: OwnContents = {
  version: 1,
  accounts: [
    {
      kind: "third-party",
      issuer: "Northwind",
      userName: "alice@example.com",
      push: false,
      otp: {
        type: "totp",
        secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        algorithm: "SHA1",
        digits: 6,
        period: 30,
      },
    },
    {
      kind: "personal",
      issuer: "Contoso",
      userName: "alice@contoso.example",
      push: true,
      authority: "https://issuer.localhost/personal/oidc",
      subject: "contoso-alice@signed-in.example",
    },
    {
      kind: "work-or-school",
      issuer: "Fabrikam",
      userName: "alice@fabrikam.example",
      push: true,
      tenant: "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11",
      subject: "3b0f4c2e",
    },
    {
      kind: "work-or-school",
      issuer: "Adatum",
      userName: "alice@adatum.example",
      push: false,
      tenant: "0c6d6c5e-0d7e-4f3f-8a59-6f1f5a9f7a22",
      subject: "77aa",
      otp: {
        type: "totp",
        secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        algorithm: "SHA256",
        digits: 8,
        period: 60,
      },
    },
    {
      kind: "third-party",
      issuer: "Adventure Works",
      userName: "alice.at.adventure",
      push: false,
      otp: {
        type: "totp",
        secret: "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U",
        algorithm: "SHA1",
        digits: 6,
        period: 30,
      },
    },
    {
      kind: "personal",
      issuer: "Contoso",
      userName: "second@contoso.example",
      push: false,
      otp: {
        type: "totp",
        secret: "KRSXG5CTMVRXEZLUKN2XAZLSKNSWG4TF",
        algorithm: "SHA1",
        digits: 6,
        period: 30,
      },
    },
  ],
  settings: { appLock: true, hideCodes: true, theme: "dark", sort: "manual" },
};

/** Contents of so many accounts: the first of the above, and more. A larger number leaves none of a smaller one out. */
export function contentsOf(count: number): OwnContents {
  const { accounts } = contents;
  const more = codesOnly(Math.max(0, count - accounts.length));
  return { ...contents, accounts: [...accounts.slice(0, count), ...more.accounts] };
}

/** Contents of so many accounts, all of third parties: each works at once when it is recovered. */
export function codesOnly(count: number): OwnContents {
  const accounts = Array.from({ length: count }, (_, at) => ({
    kind: "third-party" as const,
    issuer: "Northwind",
    userName: `user ${at}`,
    push: false as const,
    otp: {
      type: "totp" as const,
      secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
      algorithm: "SHA1" as const,
      digits: 6,
      period: 30,
    },
  }));
  return { ...contents, accounts };
}
