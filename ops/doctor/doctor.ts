import * as z from "zod";
import type { System } from "../../shared/system.ts";
import { type Management, ManagementRefused, openManagement, type Resource } from "../azure/management.ts";
import { type Command, operandsOf, type Surroundings } from "../command.ts";
import { type Place, placeOf } from "../place.ts";
import { type AppSettings, readAppSettings, readSite } from "./app.ts";
import { checkDatabase } from "./database.ts";
import type { Finding } from "./finding.ts";
import { checkKeys } from "./keys.ts";
import { checkClock, checkNames, checkProviders, checkReady } from "./outside.ts";
import { checkRights } from "./rights.ts";
import { checkSettings } from "./settings.ts";

export interface Situation {
  readonly management: Management;
  readonly place: Place;
  readonly site: Resource;
  readonly settings: AppSettings;
  readonly service: ServiceState | undefined;
  readonly system: Pick<System, "now">;
  readonly resolve: Surroundings["resolve"];
}

/** Looks at one subject. */
export type Check = (situation: Situation) => Promise<readonly Finding[]>;

/** What the service says of itself. */
interface ServiceState {
  readonly status: number;
  readonly code: string;
  readonly parts: readonly string[];
  readonly sweep: string | undefined;
  /** Milliseconds since the epoch, by its clock. */
  readonly time: number | undefined;
}

const CHECKS: readonly (readonly [string, Check])[] = [
  ["settings", checkSettings],
  ["rights", checkRights],
  ["database", checkDatabase],
  ["keys", checkKeys],
  ["resource providers", checkProviders],
  ["clock", checkClock],
  ["DNS", checkNames],
  ["the service itself", checkReady],
];

/** Looks at everything that a deployment consists of, and says of each thing that is wrong what to do. */
export const doctor: Command = async (surroundings, operands, options) => {
  operandsOf(operands, []);
  const place = placeOf(options, surroundings);
  const management = await openManagement(surroundings);
  const site = await readSite(management, place);
  const settings = await readAppSettings(management, place);
  const { system, resolve } = surroundings;
  const service = await askService(settings.PUBLIC_ORIGIN, surroundings);
  const situation = { management, place, site, settings, service, system, resolve };

  const lines: string[] = [];
  let count = 0;
  for (const [subject, check] of CHECKS) {
    const findings = await looked(check, situation);
    count += findings.length;
    lines.push(findings.length === 0 ? `✓ ${subject}` : `✗ ${subject}`);
    for (const { what, remedy, who } of findings)
      lines.push(`  ${what}`, `    do:  ${remedy}`, `    who: ${who}`);
  }
  return count === 0
    ? { printed: lines.join("\n"), said: "Nothing wrong." }
    : {
        printed: lines.join("\n"),
        said: `${count} ${count === 1 ? "thing is" : "things are"} wrong.`,
        status: 1,
      };
};

/** What can't be looked at is told, and keeps nothing else from being looked at. */
async function looked(check: Check, situation: Situation): Promise<readonly Finding[]> {
  try {
    return await check(situation);
  } catch (error) {
    if (!(error instanceof ManagementRefused)) throw error;
    return [{ what: "it could not be looked at", remedy: error.message, who: "see there" }];
  }
}

const readySchema = z.looseObject({
  code: z.string().default(""),
  parts: z.array(z.string()).default([]),
  sweep: z.string().optional(),
});

async function askService(
  origin: string | undefined,
  { fetch, signal }: Surroundings,
): Promise<ServiceState | undefined> {
  try {
    const response = await fetch(`${origin}/v1/ready`, { signal });
    const { code, parts, sweep } = readySchema.parse(await response.json());
    const date = Date.parse(response.headers.get("date") ?? "");
    return { status: response.status, code, parts, sweep, time: Number.isNaN(date) ? undefined : date };
  } catch {
    return undefined;
  }
}
