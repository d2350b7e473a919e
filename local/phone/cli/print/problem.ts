import * as z from "zod";
import type { Problem, Refused } from "../../acts/problem.ts";
import type { PhoneState } from "../../acts/state.ts";
import { nameOf, printable } from "./table.ts";
import { spanOf, timeOf } from "./time.ts";

const presentSchema = z.looseObject({
  version: z.int(),
  accounts: z.int(),
  uploadedAt: z.string(),
  device: z.looseObject({ name: z.string(), platform: z.string() }),
});

const spent = z
  .looseObject({ of: z.string(), retryAt: z.string() })
  .transform(({ of, retryAt }) => `No more tries (${of}) until: ${timeOf(retryAt)}.`);

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
      .transform(
        ({ present, offered }) =>
          `${describe(present)}\nOffered: ${offered} accounts.\nTo replace it all the same: upload FILE --replaces ${present.version}.`,
      ),
  ],
  [
    "backup-deleted",
    z
      .looseObject({ deletedAt: z.string(), device: presentSchema.shape.device })
      .transform(({ deletedAt, device }) => `Deleted: ${timeOf(deletedAt)}, from ${nameOf(device)}.`),
  ],
  [
    "backup-frozen",
    z
      .looseObject({ frozenAt: z.string(), frozenUntil: z.string(), device: presentSchema.shape.device })
      .transform(
        ({ frozenAt, frozenUntil, device }) =>
          `Frozen: ${timeOf(frozenAt)}, from ${nameOf(device)}. It ends by itself: ${timeOf(frozenUntil)}.`,
      ),
  ],
  [
    "recovery-waiting",
    z
      .looseObject({ releaseAt: z.string(), approvers: z.int() })
      .transform(
        ({ releaseAt, approvers }) =>
          `Waits until: ${timeOf(releaseAt)}. Phones that can approve it: ${approvers}.`,
      ),
  ],
  ["recovery-over", z.looseObject({ state: z.string() }).transform(({ state }) => `It is ${state}.`)],
  [
    "too-many-devices",
    z
      .looseObject({ freesAt: z.string() })
      .transform(({ freesAt }) => `A place is free again: ${timeOf(freesAt)}.`),
  ],
  [
    "proof-expired",
    z.looseObject({ time: z.string() }).transform(({ time }) => `The service's time: ${timeOf(time)}.`),
  ],
  [
    "code-sent-recently",
    z
      .looseObject({ retryAt: z.string() })
      .transform(({ retryAt }) => `Another one can be sent: ${timeOf(retryAt)}.`),
  ],
  ["too-many-refusals", spent],
  ["too-many-tries", spent],
]);

/** Which places of a request are wrong, and when the next try is open: members that several codes have. */
const placesSchema = z.looseObject({
  errors: z.array(z.looseObject({ pointer: z.string(), rule: z.string() })),
});
const retrySchema = z.looseObject({ retryAt: z.iso.datetime() });

function placesOf(problem: Problem): string[] {
  const errors = placesSchema.safeParse(problem).data?.errors ?? [];
  return errors.map(({ pointer, rule }) => `At ${pointer || "/"}: ${rule}.`);
}

function retryOf(problem: Problem): string[] {
  const retryAt = retrySchema.safeParse(problem).data?.retryAt;
  return retryAt === undefined ? [] : [`The next try is open from ${timeOf(retryAt)} on.`];
}

const countedSchema = z.looseObject({ triesLeft: z.int() });

function describe({ version, accounts, uploadedAt, device }: z.infer<typeof presentSchema>): string {
  return `There now: version ${version}, ${accounts} accounts, ${timeOf(uploadedAt)}, from ${nameOf(device)}.`;
}

/** The commands that a remedy comes to, where it comes to any. */
const commands: ReadonlyMap<string, string> = new Map([
  ["approve-on-another-phone", "there: approve RECOVERY-ID"],
  ["lift-freeze", "there: lift-freeze"],
  ["recover-first", "recover"],
  ["check-code", "contacts confirm CONTACT-ID CODE, or verify ACCOUNT --code CODE"],
  ["give-proof", "verify ACCOUNT"],
  ["begin-again", "verify ACCOUNT"],
  ["sign-in-to-account", "verify ACCOUNT --as NAME"],
  ["use-another-contact", "verify ACCOUNT --contact NUMBER"],
  ["send-push-again", "verify ACCOUNT"],
  ["answer-latest-push", "answer"],
  ["refresh-contacts", "contacts"],
  ["remove-a-contact", "contacts remove CONTACT-ID"],
  ["send-code-again", "contacts send CONTACT-ID, or verify ACCOUNT --contact NUMBER"],
  ["recover-or-start-anew", "recover, or start-anew --confirm start-anew"],
  ["refresh-status", "status"],
  ["register-device", "register"],
  ["revoke-a-device", "on a registered phone: list, then revoke DEVICE-ID"],
  ["start-anew", "start-anew --confirm start-anew"],
  ["turn-backup-on", "turn-on"],
]);

/** What leads on, in the owner's words and as commands. */
function waysOn({ remedy, remedyText, otherwise, otherwiseText }: Problem): string[] {
  return [
    ["What to do: ", remedy, remedyText],
    ["Or: ", otherwise, otherwiseText],
  ].flatMap(([lead, code, text]) => {
    const command = code === undefined ? undefined : commands.get(code);
    return text === undefined ? [] : [`${lead}${text}${command ? ` (${command})` : ""}`];
  });
}

/** What went wrong, in the owner's words and in the app's. @param held the accounts on the phone that was refused */
export function formatProblem({ problem, retryAfter }: Refused, held: PhoneState["accounts"]): string {
  const wait = retryAfter === undefined ? "" : ` (after ${spanOf(retryAfter)})`;
  const fact = facts.get(problem.code)?.safeParse(problem).data;
  const triesLeft = countedSchema.safeParse(problem).data?.triesLeft;
  return [
    problem.title,
    problem.detail,
    ...(fact === undefined ? retryOf(problem) : [fact]),
    ...placesOf(problem),
    ...(triesLeft === undefined ? [] : [`Tries left: ${triesLeft}.`]),
    ...conflictsOf(problem, held).map((name) => `In the way: ${printable(name)}`),
    ...waysOn(problem),
    `code:   ${problem.code} (HTTP ${problem.status})`,
    `remedy: ${[problem.remedy, problem.otherwise].filter(Boolean).join(", or ")}${wait}`,
    `id:     ${problem.instance}`,
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
