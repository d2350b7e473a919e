import type { Contents } from "../../phone/protocol/accounts.ts";
import type { Stage } from "../stage.ts";

/** A waiting time that nobody shortens ends, and the recovery is opened. */
export async function waitOut(stage: Stage, contents: Contents): Promise<void> {
  const { tell, check, accepted, refused } = stage;
  tell.act("A waiting time ends");
  tell.say(`The same waiting time holds for Alice on her next phone. Her three trusted ones could approve the recovery;
    they are at home, so she waits.`);
  const next = await stage.registeredPhone({ owner: "Alice", name: "Pixel 11" });
  const begun = await accepted(
    next.recover(),
    ({ body }) => `${body.state}, until ${body.releaseAt.slice(0, 10)}`,
  );
  const { recoveryId, releaseAt, startedAt } = begun.body;
  const problem = await refused(next.open(recoveryId), "recovery-waiting", "it is not opened before");
  check.equal("she is told how many phones can approve it", problem?.approvers, 3);
  const days = (Date.parse(releaseAt) - Date.parse(startedAt)) / 86_400_000;
  await stage.pass(days, `${days} days pass`);
  await next.signIn("Alice signs in on the Pixel 11 again");
  const opened = await accepted(
    next.open(recoveryId),
    ({ body }) => `version ${body.version}, and the key sealed to this phone`,
  );
  check.equal("the wait is over, and everything is there", opened.contents, contents);
}
