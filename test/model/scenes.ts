import { idOf, type Move, type Phone, type Request, type World } from "./world.ts";

/** Milliseconds. */
export const MINUTE = 60 * 1000;
export const DAY = 24 * 60 * MINUTE;

/** Seconds: the longest waiting time. */
export const WEEK = 7 * 24 * 60 * 60;

/** What is on the owner's phones; less of it, too little of it, and nothing. */
export const ALL = ["a", "b", "c"].map((name) => idOf(name, "account"));
export const LESS = ALL.slice(0, 2);

/** Who has a phone in their hands. */
export interface Actor {
  readonly phone: Phone;
  /** `owner`: does what an owner does. `thief`: does whatever the service lets through. `app`: only uploads. */
  readonly holder: "owner" | "thief" | "app";
  /** Whether they can sign in afresh, or have nothing but what is signed in already, or both happens. */
  readonly signIns: readonly ("fresh" | "stale")[];
}

/** What happens before a search begins: a request, one that depends on what is there, or time in milliseconds. */
export type Before = Request | ((world: World) => Request) | number;

/** Who acts, and what there was before. */
export interface Scene {
  readonly name: string;
  readonly actors: readonly Actor[];
  readonly before: readonly Before[];
  /** The phone that an owner who has no other buys in the end. */
  readonly newcomer: Phone;
}

export function phone(name: string, rest: Partial<Phone> = {}): Phone {
  return { platform: "android", ...rest, id: idOf(name, "phone") };
}

export const first = phone("first");
export const second = phone("second");
const third = phone("third");
export const strange = phone("strange");
export const stranger = phone("stranger");
export const newcomer = phone("newcomer");

export const OWNER = ["fresh", "stale"] as const;
export const FRESH = ["fresh"] as const;
export const STALE = ["stale"] as const;

/** A phone asks for these, one after the other, with a fresh sign-in. */
export function asks(by: Phone, ...moves: readonly Move[]): Request[] {
  return moves.map((move) => ({ ...move, phone: by, fresh: true }));
}

/** A phone turns backup on, uploads, and chooses how long a new phone waits. */
export function backedUp(by: Phone, wait: number): Request[] {
  return [
    ...asks(by, { act: "register" }, { act: "enable" }, { act: "upload", accounts: ALL }),
    ...(wait > 0 ? asks(by, { act: "choose", wait }) : []),
  ];
}

/** A phone registers, and recovers or begins to wait. */
export function recovers(by: Phone, purpose: "recover" | "start-anew" = "recover"): Request[] {
  return asks(by, { act: "register" }, { act: "begin", purpose });
}

/** Others are trusted by recoveries, before there is a waiting time. */
export function withSecond(wait: number, ...others: readonly Phone[]): Request[] {
  return [
    ...backedUp(first, 0),
    ...others.flatMap((other) => [...recovers(other), ...asks(other, { act: "upload", accounts: ALL })]),
    ...(wait > 0 ? asks(first, { act: "choose", wait }) : []),
  ];
}

function scenesOf(wait: number): Scene[] {
  const days = wait === 0 ? "no waiting time" : "a waiting time of 7 days";
  return [
    {
      name: `an owner alone, with ${days}`,
      actors: [
        { phone: first, holder: "owner", signIns: OWNER },
        { phone: second, holder: "owner", signIns: OWNER },
      ],
      before: backedUp(first, wait),
      newcomer,
    },
    {
      name: `a thief who can sign in, with ${days}`,
      actors: [
        { phone: first, holder: "owner", signIns: OWNER },
        { phone: strange, holder: "thief", signIns: FRESH },
        { phone: stranger, holder: "thief", signIns: FRESH },
      ],
      before: backedUp(first, wait),
      newcomer,
    },
    {
      name: `a stolen phone, with ${days}`,
      actors: [
        { phone: first, holder: "thief", signIns: STALE },
        { phone: second, holder: "owner", signIns: OWNER },
        { phone: third, holder: "owner", signIns: FRESH },
      ],
      before: backedUp(first, wait),
      newcomer,
    },
    {
      name: `two stolen phones, with ${days}`,
      actors: [
        { phone: first, holder: "thief", signIns: STALE },
        { phone: second, holder: "thief", signIns: STALE },
        { phone: third, holder: "owner", signIns: FRESH },
      ],
      before: withSecond(wait, second),
      newcomer,
    },
    {
      name: `a stolen phone whose thief can sign in, with ${days}`,
      actors: [
        { phone: first, holder: "owner", signIns: OWNER },
        { phone: second, holder: "thief", signIns: OWNER },
        { phone: strange, holder: "thief", signIns: FRESH },
      ],
      before: withSecond(wait, second),
      newcomer,
    },
    {
      name: `an app that uploads empties, with ${days}`,
      actors: [
        { phone: first, holder: "app", signIns: OWNER },
        { phone: second, holder: "owner", signIns: FRESH },
      ],
      before: backedUp(first, wait),
      newcomer,
    },
  ];
}

export const iPhone = phone("iPhone", { platform: "ios", storage: "hers" });

export const hisPhone = phone("hisPhone", { platform: "ios", storage: "his" });

/** Two platforms and storage accounts, with a waiting time: what one can't open, it replaces. */
const twoPlatforms: Scene = {
  name: "an iPhone, a phone of the other platform, and a thief's iPhone, with a waiting time of 7 days",
  actors: [
    { phone: iPhone, holder: "owner", signIns: OWNER },
    { phone: second, holder: "owner", signIns: FRESH },
    { phone: hisPhone, holder: "thief", signIns: FRESH },
  ],
  before: backedUp(iPhone, WEEK),
  newcomer: phone("newcomer", { platform: "ios", storage: "another" }),
};

/** Every place is taken, by trusted phones that nobody has any more. */
const full: Scene = {
  name: "all places taken by trusted phones, one of them stolen, with a waiting time of 7 days",
  actors: [
    { phone: first, holder: "thief", signIns: STALE },
    { phone: second, holder: "owner", signIns: FRESH },
    { phone: strange, holder: "thief", signIns: FRESH },
  ],
  before: withSecond(WEEK, second, third),
  newcomer,
};

export const scenes: readonly Scene[] = [...scenesOf(0), ...scenesOf(WEEK), twoPlatforms, full];
