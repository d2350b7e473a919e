/** Something that is not as it has to be. */
export interface Finding {
  /** Which one it is, and what is wrong. */
  readonly what: string;
  /** What to do about it: a command where there is one. */
  readonly remedy: string;
  /** Who may. */
  readonly who: string;
}

/** Deploying infra/ again puts back whatever a deployment makes; what-if shows beforehand what it changes. */
export const DEPLOY = {
  remedy:
    "az deployment sub create --name backup-$ENV --location $LOCATION --parameters infra/$SET.bicepparam (what-if before it)",
  who: "an owner of the resource group, or the workflow that deploys infra",
} as const;
