import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

export const INFRA = resolve(import.meta.dirname, "../../infra");

/** A resource that a deployment makes, as a snapshot or a compiled template has it. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly apiVersion: string;
  // biome-ignore lint/suspicious/noExplicitAny: as deep as Azure's resources are, and each of another shape.
  readonly [member: string]: any;
}

type ParameterSet = "dev" | "production";

function predicted(set: ParameterSet): Resource[] {
  const snapshot = JSON.parse(readFileSync(join(INFRA, `${set}.snapshot.json`), "utf8"));
  return snapshot.predictedResources;
}

export function ofType(resources: readonly Resource[], type: string): Resource[] {
  return resources.filter((resource) => resource.type === type);
}

/** The only resource of its type, and of its name's last segment where that is given. */
export function only(resources: readonly Resource[], type: string, name?: string): Resource {
  const found = ofType(resources, type).filter(
    (resource) => name === undefined || resource.name.split("/").at(-1) === name,
  );
  expect(found, `${type} ${name ?? ""}`).toHaveLength(1);
  return found[0] as Resource;
}

type Check = (resources: readonly Resource[], set: ParameterSet) => void;
type Break = (resources: Resource[]) => void;

/**
 * A rule on what is deployed, for both parameter sets.
 * @param breaks changes, each of which the rule must find: a rule that no change breaks would hold nothing
 */
export function holds(title: string, check: Check, breaks: readonly Break[]): void {
  describe(title, () => {
    it.each<ParameterSet>(["dev", "production"])("in %s", (set) => check(predicted(set), set));

    it("and would be seen broken", () => {
      for (const [at, change] of breaks.entries()) {
        const resources = predicted("production");
        change(resources);
        expect(resources, `change ${at} changes nothing`).not.toEqual(predicted("production"));
        expect(() => check(resources, "production"), `change ${at} goes unnoticed`).toThrow();
      }
    });
  });
}
