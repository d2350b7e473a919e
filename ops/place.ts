import { type Options, type Surroundings, UsageError } from "./command.ts";

/** Where the service is deployed. */
export interface Place {
  /** `/subscriptions/{id}` */
  readonly subscription: string;
  /** `/subscriptions/{id}/resourceGroups/{name}` */
  readonly group: string;
  /** The resource id of the Functions app. */
  readonly site: string;
}

const NAMES = {
  subscription: "AZURE_SUBSCRIPTION_ID",
  group: "GROUP",
  app: "APP",
  origin: "ORIGIN",
} as const;

/** An option, or the variable of the same meaning, under the name that docs/deploy.md gives it. */
export function given(name: keyof typeof NAMES, options: Options, { variables }: Surroundings): string {
  const value = options[name] ?? variables[NAMES[name]];
  if (value === undefined || value === "") {
    throw new UsageError(`--${name} is missing, and ${NAMES[name]} is not set: see --help`);
  }
  return value;
}

/** @throws {UsageError} one of them is missing */
export function placeOf(options: Options, surroundings: Surroundings): Place {
  const subscription = `/subscriptions/${given("subscription", options, surroundings)}`;
  const group = `${subscription}/resourceGroups/${given("group", options, surroundings)}`;
  const site = `${group}/providers/Microsoft.Web/sites/${given("app", options, surroundings)}`;
  return { subscription, group, site };
}
