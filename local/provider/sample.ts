/** Who is asked for where nobody else is named: accounts of local/phone/sample-accounts.json. */
export const SAMPLE = {
  tenant: "6f1c2c7e-0b7d-4c61-9a53-2f2d5d8d9b10",
  subject: "0d2f8b7a-55c1-4f0e-8a34-91b7c3e6a2d4",
  organization: "Northwind Traders",
  userName: "alice.lind@northwind.example",
  /** Of the personal account with push. */
  issuer: "https://issuer.localhost/personal/oidc",
} as const;
