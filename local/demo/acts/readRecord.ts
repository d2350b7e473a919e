import { verifyActivity } from "../../phone/protocol/verifyActivity.ts";
import type { PhoneOfStory } from "../phone.ts";
import type { Stage } from "../stage.ts";

/** Everything that happened is in a record that its owner can check. */
export async function readRecord(stage: Stage, old: PhoneOfStory): Promise<void> {
  const { tell, check, accepted } = stage;
  tell.act("She reads what has happened");
  tell.say(`Each event holds the hash of the one before, and the backup's state the hash of the last: her phone
    computes them all again.`);
  const { body } = await accepted(old.activity(), ({ body }) => `${body.events.length} events, newest first`);
  const { events, head } = body;
  tell.table([
    ["NO", "WHAT", "PHONE", "DETAILS"],
    ...events.map(({ number, type, device, details: { version, code } }) => [
      String(number).padStart(2),
      type,
      device?.name ?? "",
      code ?? (version === undefined ? "" : `version ${version}`),
    ]),
  ]);
  check.equal("the record is whole", verifyActivity(events, head), { intact: true, from: 1 });
  check.that(
    "the upload that was refused is in it, and why",
    events.some(({ type, details }) => type === "backup-refused" && details.code === "sharp-drop"),
  );
  const removed = 2;
  check.equal(
    "were one event taken out, its place would be found",
    verifyActivity(
      events.filter(({ number }) => number !== removed),
      head,
    ),
    { intact: false, number: removed, reason: "missing" },
  );
}
