/** The texts in a claim that is a list; none if it is none. */
export function texts(claim: unknown): string[] {
  return Array.isArray(claim) ? claim.filter((value) => typeof value === "string") : [];
}
