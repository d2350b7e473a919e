import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { newChallenge } from "../../../shared/challenge/changes.ts";
import { alternativesOf, missingProofs, takes, withProof } from "../../../shared/challenge/proofs.ts";
import { PUSH_LIFE, PUSHES_APART, withCodeSent, withPushSent } from "../../../shared/challenge/sends.ts";
import {
  type ChallengeAct,
  type ChallengeState,
  challengeStates,
  OVER,
  stateOf,
  TRIES_OF,
  transitions,
} from "../../../shared/challenge/states.ts";
import { APART } from "../../../shared/contact/sends.ts";
import { exhausted, LIMITS, withTry } from "../../../shared/limits/tries.ts";
import {
  CHALLENGE_LIFE,
  type Challenge,
  MOST_SENDS_OF_A_CHALLENGE,
} from "../../../shared/model/challenge.ts";
import type { Device } from "../../../shared/model/device.ts";
import type { ManifestEntry } from "../../../shared/model/manifest.ts";
import type { Tally } from "../../../shared/model/tries.ts";
import { type Means, means } from "../../../shared/words.ts";
import { START, trusted } from "../backup/owner.ts";

const document = readFileSync(new URL("../../../docs/verification.md", import.meta.url), "utf8");

function sectionOf(heading: string): string {
  return document.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? expect.fail(`no section ${heading}`);
}

const [ref, subjectHash] = ["r".repeat(43), "s".repeat(43)];
const personal: ManifestEntry = { ref, kind: "personal", push: true, subjectHash };
const work: ManifestEntry = {
  ref,
  kind: "work-or-school",
  push: true,
  tenant: "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11",
  subjectHash,
};
const RECOVERY = "q".repeat(22);

/** The columns of the table: an account, and the recoveries in which it may be pending. */
const COLUMNS: readonly (readonly [ManifestEntry, readonly (string | undefined)[]])[] = [
  [personal, [RECOVERY, undefined]],
  [work, [RECOVERY]],
  [work, [undefined]],
];

/** What can be given before the push: its answer is no proof of these. */
const PROOFS = means.options.filter((option) => option !== "push-answer");

/** Every choice of some of them, in their order. */
const SUBSETS = Array.from({ length: 2 ** PROOFS.length }, (_, bits) =>
  PROOFS.filter((__, at) => bits & (1 << at)),
);

describe("docs/verification.md", () => {
  it("says of every kind of account what each proof comes to, alone and together with others [E3] [E4]", () => {
    const rows = Array.from(
      sectionOf("What proves an account").matchAll(/^\| (?!given|--)(.+) \|$/gm),
      ([, row = ""]) => row.split(" | "),
    );
    const expected = SUBSETS.map((given) => [listOf(given) || "nothing", ...cellsOf(missingText, given)]);
    const accepted = ["*takes*", ...cellsOf(takenText, [])];
    expect(rows.toSorted()).toEqual([...expected, accepted].toSorted());
  });

  it("draws the states of a challenge as the rules have them", () => {
    const drawn = Array.from(document.matchAll(/^ {2}(\S+) --> (\w+) : (.+)$/gm)).flatMap(
      ([, from, to, acts = ""]) =>
        (from === "[*]" ? [acts] : acts.split(", ")).map((act) => `${from} ${act} ${to}`),
    );
    const scenes = reachable();
    expect(new Set(scenes.map(standing))).toEqual(new Set(challengeStates));
    const led = scenes.flatMap((scene) => ways(standing(scene), scene));
    const begun = ["[*] begin open", "[*] begin, with a code proven"];
    expect(drawn.toSorted()).toEqual([...new Set([...begun, ...led])].toSorted());
  });

  it("leads on from every state that is not over, and from no other", () => {
    for (const state of challengeStates) expect(OVER.has(state)).toBe(transitions[state].length === 0);
  });

  it("has the numbers of the code", () => {
    const rows = sectionOf("How often").matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm);
    expect(Object.fromEntries(Array.from(rows, ([, name, value]) => [name, value]))).toEqual({
      CHALLENGE_LIFE: `${CHALLENGE_LIFE / 60} minutes`,
      CODE_LIFE: `${codeLife() / 60} minutes`,
      APART: `${APART / 1000} seconds`,
      PUSH_LIFE: `${PUSH_LIFE / 1000} seconds`,
      PUSHES_APART: `${PUSHES_APART / 1000} seconds`,
      MOST_SENDS_OF_A_CHALLENGE: `${MOST_SENDS_OF_A_CHALLENGE} sends`,
    });
  });
});

/** The same in and outside of a recovery, where a column is for both. */
function cellsOf(textOf: (challenge: Challenge) => string, given: readonly Means[]): string[] {
  return COLUMNS.map(([account, recoveries]) => {
    const texts = recoveries.map((recoveryId) =>
      textOf({ ...newChallenge(phone, account, recoveryId, START), given: [...given] }),
    );
    expect(new Set(texts).size).toBe(1);
    return texts[0] ?? "";
  });
}

function missingText(challenge: Challenge): string {
  return missingProofs(challenge).map(listOf).join(" or ") || "–";
}

function takenText(challenge: Challenge): string {
  const named = alternativesOf(challenge).flat();
  expect(PROOFS.filter((proof) => takes(challenge, proof)).toSorted()).toEqual(named.toSorted());
  expect(takes(challenge, "push-answer")).toBe(false);
  return listOf(named);
}

function listOf(proofs: readonly Means[]): string {
  return proofs.map((proof) => `\`${proof}\``).join(", ");
}

function codeLife(): number {
  const { code } = withCodeSent(challengeOf(personal), "c".repeat(22), "h".repeat(43), START);
  return (Date.parse(code?.codes[0]?.expiresAt ?? "") - START) / 1000;
}

const challengeId = "c".repeat(22);
const phone: Device = trusted("p", 1, { challenge: challengeId });

/** All tries of all that a proof needs. */
const SPENT = PROOFS.flatMap((proof) => TRIES_OF[proof] ?? []).reduce<readonly Tally[]>(
  (all, kind) =>
    Array.from({ length: LIMITS[kind].perPhone }).reduce<readonly Tally[]>(
      (tallies) => withTry(tallies, kind, phone, START),
      all,
    ),
  [],
);

interface Scene {
  readonly challenge: Challenge;
  readonly devices: readonly Device[];
  readonly tries: readonly Tally[];
  readonly now: number;
}

function challengeOf(account: ManifestEntry, recoveryId?: string): Challenge {
  return newChallenge(phone, account, recoveryId, START);
}

function standing({ challenge, devices, tries, now }: Scene): ChallengeState {
  return stateOf({ challengeId, challenge }, { devices: [...devices], tries: [...tries] }, now);
}

/** Challenges of every kind of account, in every state that acts and time bring them to; a few steps are enough. */
function reachable(): Scene[] {
  const reached = new Map<string, Scene>();
  let next = COLUMNS.flatMap(([account, recoveries]) =>
    recoveries.map((recoveryId): Scene => {
      const challenge = challengeOf(account, recoveryId);
      return { challenge, devices: [phone], tries: [], now: START };
    }),
  );
  while (next.length > 0) {
    const isNew = (scene: Scene) => !reached.has(JSON.stringify(scene));
    const found = new Map(next.filter(isNew).map((scene) => [JSON.stringify(scene), scene]));
    for (const [key, scene] of found) reached.set(key, scene);
    next = [...found.values()].flatMap(followedFrom);
  }
  return [...reached.values()];
}

function followedFrom(scene: Scene): Scene[] {
  const state = standing(scene);
  if (OVER.has(state)) return [];
  const outcomes = outcomesOf(scene);
  const acts = [...transitions[state], "wrong codes", "time", "another begins"] as const;
  return acts.flatMap((act) => outcomes[act]).filter(isEarly);
}

/** Nobody sends more pushes than a challenge has. */
function isEarly({ challenge: { push } }: Scene): boolean {
  return (push?.sends.count ?? 0) <= 2;
}

/** What each act, and time, makes of a challenge; the acts are those of the endpoints, without their guards. */
function outcomesOf(scene: Scene): Record<ChallengeAct | "wrong codes" | "time" | "another begins", Scene[]> {
  const { challenge, devices, tries, now } = scene;
  const with_ = (changes: Partial<Challenge>): Scene => ({
    ...scene,
    challenge: { ...challenge, ...changes },
  });
  const canTry = (proof: Means) => {
    const kind = TRIES_OF[proof];
    return kind === undefined || exhausted(tries, [kind], phone, now) === undefined;
  };
  const given = PROOFS.filter((proof) => takes(challenge, proof) && canTry(proof));
  const pushed = with_(withPushSent(challenge, "n".repeat(43), now));
  return {
    prove: given.map((proof) => with_(withProof(challenge, proof))),
    register: [pushed],
    push: [pushed],
    answer: [with_({ ended: "verified" }), with_({ ended: "refused" })],
    cancel: [with_({ ended: "cancelled" })],
    "wrong codes": [{ ...scene, tries: SPENT }],
    // The day of wrong codes may end within the hour of a challenge.
    time: [
      { ...scene, now: now + CHALLENGE_LIFE * 1000 },
      { ...scene, now: Math.max(now, Date.parse(challenge.push?.nonces.at(-1)?.until ?? "") || now) },
      { ...scene, tries: [] },
    ],
    "another begins": [
      { ...scene, devices: devices.map((device) => ({ ...device, challenge: "d".repeat(22) })) },
    ],
  };
}

const TIMES: Readonly<Record<string, string>> = {
  expired: "1 hour",
  proven: "120 seconds",
  open: "24 hours",
};

/** Where a challenge goes from there, by the acts that its state lets through and by time. */
function ways(from: ChallengeState, scene: Scene): string[] {
  if (OVER.has(from)) return [];
  const outcomes = outcomesOf(scene);
  const acts = transitions[from].flatMap((act) =>
    outcomes[act].map((after) => `${from} ${act} ${standing(after)}`),
  );
  const others = (["wrong codes", "another begins", "time"] as const).flatMap((what) =>
    outcomes[what]
      .map(standing)
      .filter((to) => to !== from)
      .map((to) => `${from} ${what === "time" ? TIMES[to] : what} ${to}`),
  );
  return [...acts, ...others];
}
