import * as z from "zod";
import type { Problem, Refused } from "../../acts/problem.ts";
import type { PhoneState } from "../../acts/state.ts";
import { nameOf } from "./table.ts";

const presentSchema = z.looseObject({
  version: z.int(),
  accounts: z.int(),
  uploadedAt: z.string(),
  device: z.looseObject({ name: z.string(), platform: z.string() }),
});

/** What a refusal shows beside its texts, by code. A member of an unexpected form is left out. */
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
      .transform(({ deletedAt, device }) => `Deleted: ${deletedAt}, from ${nameOf(device)}.`),
  ],
  [
    "backup-frozen",
    z
      .looseObject({ frozenAt: z.string(), device: presentSchema.shape.device })
      .transform(
        ({ frozenAt, device }) => `Frozen: ${frozenAt}, from ${nameOf(device)}. If all is well: lift-freeze.`,
      ),
  ],
  [
    "recovery-waiting",
    z
      .looseObject({ releaseAt: z.string(), approvers: z.int() })
      .transform(
        ({ releaseAt, approvers }) => `Waits until: ${releaseAt}. Phones that can approve it: ${approvers}.`,
      ),
  ],
  ["recovery-over", z.looseObject({ state: z.string() }).transform(({ state }) => `It is ${state}.`)],
  [
    "too-many-tries",
    z
      .looseObject({ of: z.string(), retryAt: z.string() })
      .transform(({ of, retryAt }) => `No more tries (${of}) until: ${retryAt}.`),
  ],
]);

const countedSchema = z.looseObject({ triesLeft: z.int() });

function describe({ version, accounts, uploadedAt, device }: z.infer<typeof presentSchema>): string {
  return [
    `There now: version ${version}, ${accounts} accounts, ${uploadedAt}, from ${nameOf(device)}.`,
    `To replace it all the same: upload --replaces ${version}.`,
  ].join("\n");
}

/** What went wrong, in the owner's words and in the app's. @param held the accounts on the phone that was refused */
export function formatProblem({ problem, retryAfter }: Refused, held: PhoneState["accounts"]): string {
  const wait = retryAfter === undefined ? "" : ` (after ${retryAfter} s)`;
  const fact = facts.get(problem.code)?.safeParse(problem).data;
  const triesLeft = countedSchema.safeParse(problem).data?.triesLeft;
  return [
    problem.title,
    problem.detail,
    ...(fact === undefined ? [] : [fact]),
    ...(triesLeft === undefined ? [] : [`Tries left: ${triesLeft}.`]),
    ...conflictsOf(problem, held).map((name) => `In the way: ${name}`),
    `code:   ${problem.code} (HTTP ${problem.status})`,
    `remedy: ${problem.remedy}${wait}`,
  ].join("\n");
}

const conflictsSchema = z.looseObject({
  code: z.literal("accounts-present"),
  conflicts: z.array(z.string()),
});

/** The names of the accounts in the way: the service does not know them, this phone does. */
function conflictsOf(problem: Problem, held: PhoneState["accounts"]): string[] {
  const conflicts = conflictsSchema.safeParse(problem).data?.conflicts ?? [];
  const names = new Map(held.map(({ ref, issuer, userName }) => [ref, `${issuer}, ${userName}`]));
  return conflicts.map((ref) => names.get(ref) ?? ref);
}
