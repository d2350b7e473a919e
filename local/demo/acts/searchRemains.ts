import type { Contents } from "../../phone/protocol/accounts.ts";
import { countFound, secretsOf } from "../search.ts";
import type { Stage } from "../stage.ts";

/** Searches what the service was sent, and what it keeps, for what it must not know. */
export async function searchRemains({ tell, check, stop }: Stage, contents: Contents): Promise<void> {
  const secrets = secretsOf(contents);
  const { requests, database, log } = await stop();
  tell.act("The service knows none of these accounts");
  tell.say(`The service is stopped. Every byte of what the phones have sent to it (but for access tokens, which say
    who signs in), of the database and of the log is searched for the ${secrets.length} issuers, user names, secrets and user ids of the ${contents.accounts.length} accounts,
    as plain text and inside base64.`);
  const places = [
    { name: "request bodies", bytes: requests },
    { name: "database", bytes: database },
    { name: "log", bytes: log },
  ].map((place) => ({ ...place, found: countFound(place.bytes, secrets) }));
  tell.table([
    ["SEARCHED", " BYTES", "SOUGHT", "FOUND"],
    ...places.map(({ name, bytes, found }) => [
      name,
      String(bytes.length).padStart(6),
      String(secrets.length).padStart(6),
      String(found).padStart(5),
    ]),
  ]);
  for (const { name, found } of places) check.equal(`nothing of an account is in the ${name}`, found, 0);
  check.equal(
    "what the service does know, the names of the phones, the same search finds",
    countFound(database, ["Pixel 6", "Pixel 10"]),
    2,
  );
}
