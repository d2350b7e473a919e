import type { Identity } from "../model/identity.ts";

/** The organization of a provider's app: its token's own, whatever the request says [E15]. */
export function tenantOf({ tenant }: Pick<Identity, "tenant">): string {
  if (tenant === undefined) throw new Error("the pipeline let an app through that is of no organization");
  return tenant;
}
