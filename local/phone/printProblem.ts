import * as z from "zod";
import type { Problem, Refused } from "./problem.ts";
import type { PhoneState } from "./state.ts";

const presentSchema = z.looseObject({
  version: z.int(),
  accounts: z.int(),
  uploadedAt: z.string(),
  device: z.looseObject({ name: z.string(), platform: z.string() }),
});

/** What a refusal shows of its own, by code; what is not of the form is left out. */
const facts: ReadonlyMap<string, z.ZodType<string>> = new Map<string, z.ZodType<string>>([
  [
    "overwrite-refused",
    z.looseObject({ present: presentSchema }).transform(({ present }) => describe(present)),
  ],
  [
    "sharp-drop",
    z
      .looseObject({ present: presentSchema, offered: z.int() })
      .transform(({ present, offered }) => `${describe(present)}\nOffered: ${offered} accounts.`),
  ],
  [
    "backup-deleted",
    z
      .looseObject({ deletedAt: z.string(), device: presentSchema.shape.device })
      .transform(
        ({ deletedAt, device }) => `Deleted: ${deletedAt}, from ${device.name} (${device.platform}).`,
      ),
  ],
]);

function describe({ version, accounts, uploadedAt, device }: z.infer<typeof presentSchema>): string {
  return [
    `There now: version ${version}, ${accounts} accounts, ${uploadedAt}, from ${device.name} (${device.platform}).`,
    `To replace it all the same: upload --replaces ${version}.`,
  ].join("\n");
}

/** What went wrong, in the owner's words and in the app's. @param held the accounts on the phone that was refused */
export function formatProblem({ problem, retryAfter }: Refused, held: PhoneState["accounts"]): string {
  const wait = retryAfter === undefined ? "" : ` (after ${retryAfter} s)`;
  const fact = facts.get(problem.code)?.safeParse(problem).data;
  return [
    problem.title,
    problem.detail,
    ...(fact === undefined ? [] : [fact]),
    ...conflictsOf(problem, held).map((name) => `In the way: ${name}`),
    `code:   ${problem.code} (HTTP ${problem.status})`,
    `remedy: ${problem.remedy}${wait}`,
  ].join("\n");
}

const conflictsSchema = z.looseObject({
  code: z.literal("accounts-present"),
  conflicts: z.array(z.string()),
});

/** The names of the accounts in the way: the service has none of them, this phone has. */
function conflictsOf(problem: Problem, held: PhoneState["accounts"]): string[] {
  const conflicts = conflictsSchema.safeParse(problem).data?.conflicts ?? [];
  const names = new Map(held.map(({ ref, issuer, userName }) => [ref, `${issuer}, ${userName}`]));
  return conflicts.map((ref) => names.get(ref) ?? ref);
}
