import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

/** All pairs that were made in this process: making one takes a tenth of a second. */
const pairs: Promise<KeyObject>[] = [];

/** @returns a function that gives another RSA key each time; two such functions give the same keys */
export function createKeySource(): () => Promise<KeyObject> {
  let used = 0;
  return () => {
    pairs[used] ??= generate();
    return pairs[used++] as Promise<KeyObject>;
  };
}

async function generate(): Promise<KeyObject> {
  return (await promisify(generateKeyPair)("rsa", { modulusLength: 2_048 })).privateKey;
}
