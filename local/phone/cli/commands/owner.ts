import type { Phone } from "../../acts/phone.ts";
import { type Verification, verifyActivity } from "../../protocol/verifyActivity.ts";
import { type CommandLine, operandsOf, requireConfirmed, UsageError } from "../commandLine.ts";
import { writePrivate } from "../files.ts";
import { type Outcome, told } from "../outcome.ts";
import { formatActivity, formatPolicy } from "../print/print.ts";

export async function policy(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const changes = line.policy;
  const result = Object.keys(changes).length === 0 ? await phone.policy() : await phone.choosePolicy(changes);
  return result.ok ? told(formatPolicy(result.body), result.body) : result;
}

export async function activity(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.activity();
  if (!result.ok) return result;
  const { events, head } = result.body;
  const verdict = line.verify ? [describe(verifyActivity(events, head))] : [];
  return told([formatActivity(result.body), ...verdict].join("\n"), result.body);
}

/** The owner's record has been tampered with. */
export class RecordBroken extends Error {
  override readonly name = "RecordBroken";
}

const BROKEN = {
  "end-missing": "it was cut off there",
  missing: "that event is gone",
  "out-of-order": "that event is in another place",
  changed: "that event is not as it was",
} as const;

/** @throws {RecordBroken} */
function describe(verification: Verification): string {
  if (!verification.intact) {
    throw new RecordBroken(
      `The record is broken at number ${verification.number}: ${BROKEN[verification.reason]}.`,
    );
  }
  const { from } = verification;
  return from > 1
    ? `The record is whole from number ${from} on; what was before has expired.`
    : "The record is whole.";
}

export async function exportAll(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const { out } = line;
  if (out === undefined) throw new UsageError("export takes --out FILE");
  const result = await phone.exportAll();
  if (!result.ok) return result;
  await writePrivate(out, result.body);
  const items = result.body.items.length;
  return told(`${items} items written to ${out}.`, { items, out });
}

export async function erase(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  requireConfirmed(line, "erase", "erases the backup, the phones and the record");
  const result = await phone.erase();
  if (!result.ok) return result;
  return told("Everything that was held about you is erased. The accounts on the phones stay.", {});
}
