import { endpoints } from "../../functions/endpoints.ts";
import { type Endpoint, isForPhones, isForRole } from "../../shared/http/endpoint.ts";
import type { Case } from "./scene.ts";

export const ofPhones = endpoints.filter(isForPhones);
export const byRole = endpoints.filter(isForRole);

export const ofRoles = endpoints.filter(isForRole);

/** Names the endpoint in a test's title. */
export function named<E extends Endpoint>(all: readonly E[]): [name: string, endpoint: E][] {
  return all.map((endpoint) => [endpoint.declaration.name, endpoint]);
}

export function find(name: string): Endpoint {
  const found = endpoints.find(({ declaration }) => declaration.name === name);
  if (!found) throw new Error(`there is no endpoint ${name}`);
  return found;
}

/** One of each form: a body with a precondition, a body with an idempotency key, an id in the path, nothing but headers. */
const THOROUGH = ["backup-upload", "recoveries-begin", "devices-revoke", "backup-key"];

/**
 * The cases of what one pipeline refuses for all endpoints: every one of them at an endpoint of each form, and at the
 * others the first of each problem. `BAD_INPUT=all`, which .ci/run sets, has every one everywhere.
 */
export function casesAt({ declaration: { name } }: Endpoint, cases: readonly Case[]): readonly Case[] {
  if (process.env.BAD_INPUT === "all" || THOROUGH.includes(name)) return cases;
  return cases.filter(([, code], at) => cases.findIndex((other) => other[1] === code) === at);
}
