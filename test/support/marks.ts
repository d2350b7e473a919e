import { type Contents, knownAccounts, nameOf } from "../../local/phone/protocol/accounts.ts";
import { oneTimeCode } from "../../local/phone/protocol/oneTimeCode.ts";

/**
 * What the service may not repeat, and where: `secret` nowhere, `owners` to nobody but the owner, so in a problem
 * or a notification but in no log line. An idempotency key, a version, an ETag and a phone's id are neither.
 */
const KINDS = {
  "access token": "secret",
  "device proof": "secret",
  "private key": "secret",
  "storage secret": "secret",
  "storage check": "secret",
  "service key": "secret",
  "user key": "secret",
  "wrapped user key": "secret",
  "sealed user key": "secret",
  "content key": "secret",
  envelope: "secret",
  "reference salt": "secret",
  "account name": "secret",
  "one-time code secret": "secret",
  "one-time code": "secret",
  tenant: "secret",
  "subject hash": "secret",
  "owner's name": "secret",
  "contact address": "secret",
  "contact code": "secret",
  "activation code": "secret",
  "push answer": "secret",
  "push nonce": "secret",
  "push token": "secret",
  "account reference": "owners",
  "phone name": "owners",
} as const;

export type Kind = keyof typeof KINDS;

interface Mark {
  readonly kind: Kind;
  /** The ways to write it. */
  readonly forms: readonly string[];
}

/** A text that leaves the service, or stays in its log. */
export interface Text {
  /** Names it in what is found: `the log line of backup-upload`. */
  readonly label: string;
  readonly text: string;
  /** Read by others than the owner: by those who run the service, or who carry its messages. */
  readonly isLog: boolean;
}

/** Characters of a mark that are looked for: a line that cuts off what it repeats is found too. */
const CHARACTERS = 64;

/** Characters below which a mark has to stand alone: `Phone` is not in `runForPhone`, nor a code in a longer number. */
const ALONE = 12;

/** Characters below which nothing is a mark: it would be found wherever one looks. A part of a token has more. */
const SHORTEST = 5;
const SHORTEST_PART = 16;

export type Marks = ReturnType<typeof createMarks>;

/** The marks of one service: what its texts are searched for when the test is over. */
export function createMarks() {
  const marks = new Map<string, Mark>();

  function put(kind: Kind, key: string, forms: () => readonly string[]): void {
    if (key.length < SHORTEST || marks.has(key)) return;
    marks.set(key, { kind, forms: [...new Set(forms().map((form) => form.slice(0, CHARACTERS)))] });
  }

  function addText(kind: Kind, text: string): void {
    put(kind, text, () => formsOfText(text.toWellFormed()));
  }

  return {
    all: (): readonly Mark[] => [...marks.values()],

    addText,

    addBytes(kind: Kind, bytes: Uint8Array): void {
      const buffer = Buffer.from(bytes);
      put(kind, buffer.toString("base64url"), () => formsOfBytes(buffer));
    },

    /** A compact JWS or JWE: each of its parts, the signature and the ciphertext among them. */
    addCompact(kind: Kind, compact: string): void {
      const parts = compact.split(".").filter(({ length }) => length >= SHORTEST_PART);
      for (const part of parts) put(kind, part, () => [part]);
    },

    /** The names, the secrets and, at `now` (milliseconds since 1970), the codes of the accounts in a backup. */
    addContents(contents: Contents, now: number): void {
      for (const account of knownAccounts(contents)) {
        for (const name of nameOf(account).split("\0")) addText("account name", name);
        if (!account.push) {
          addText("one-time code secret", account.otp.secret);
          addText("one-time code", oneTimeCode(account.otp, now));
        }
      }
    },
  };
}

/** As it is, and as JSON, a URL, a token or a dump of its bytes would write it. */
function formsOfText(text: string): string[] {
  const bytes = Buffer.from(text);
  const inJson = JSON.stringify(text).slice(1, -1);
  return [text, inJson, encodeURIComponent(text), bytes.toString("base64url"), bytes.toString("hex")];
}

/** In both alphabets of RFC 4648, in hex, and as the numbers that JSON has in the place of bytes. */
function formsOfBytes(bytes: Buffer): string[] {
  const base64 = bytes.toString("base64").replace(/=+$/, "");
  return [bytes.toString("base64url"), base64, bytes.toString("hex"), bytes.join(",")];
}

/** The marks that stand where they may not. @returns sentences that name the text and the kind, never the mark */
export function searchForMarks(texts: readonly Text[], marks: readonly Mark[]): string[] {
  const logs = texts.filter(({ isLog }) => isLog);
  const everywhere = join(texts);
  const inLogs = join(logs);
  const found = marks.flatMap(({ kind, forms }) => {
    const [searched, joined] = KINDS[kind] === "owners" ? [logs, inLogs] : [texts, everywhere];
    return forms
      .filter((form) => holds(joined, form))
      .flatMap((form) => searched.filter(({ text }) => holds(text, form)))
      .map(({ label }) => `${label} holds: ${kind}`);
  });
  return [...new Set(found)];
}

function join(texts: readonly Text[]): string {
  return texts.map(({ text }) => text).join("\n");
}

function holds(text: string, form: string): boolean {
  if (form.length >= ALONE) return text.includes(form);
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
    const around = text.charAt(at - 1) + text.charAt(at + form.length);
    if (!/\w/.test(around)) return true;
  }
  return false;
}
