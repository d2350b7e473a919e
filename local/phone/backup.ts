import { type Contents, parseContents } from "./accounts.ts";
import {
  type Enabled,
  enabledSchema,
  type Key,
  keySchema,
  type Status,
  statusSchema,
  type Uploaded,
  uploadedSchema,
} from "./answers.ts";
import { type Result, readAnswer } from "./problem.ts";
import { isFinal, type Overrides, type Session } from "./session.ts";
import { digestOf, makeUpload } from "./upload.ts";

export interface UploadOverrides extends Overrides {
  readonly envelopeHeader?: Readonly<Record<string, unknown>>;
}

/** Turning backup on, and keeping it up to date. */
export function backupActs(session: Session) {
  const { state, act } = session;

  async function status(overrides?: Overrides): Promise<Result<Status>> {
    const result = readAnswer(await act({ method: "GET", path: "/v1/backup" }, overrides), statusSchema);
    if (!result.ok) return result;
    const { body, headers } = result;
    const hasVersion = body.state === "on" && body.current !== undefined;
    state.backup = { nextVersion: body.nextVersion, etag: hasVersion ? etagOf(headers) : undefined };
    return result;
  }

  /** The upload of `contents`: the unanswered one where they are the same, or a new one. */
  async function prepare(contents: Contents, { envelopeHeader }: UploadOverrides) {
    const digest = digestOf(contents);
    const pending = state.unanswered.upload;
    if (pending?.contents === digest) return pending;
    return { contents: digest, ...(await makeUpload({ ...session, contents, envelopeHeader })) };
  }

  return {
    /** Turns backup on. After a try without an answer, the next one has the same Idempotency-Key. */
    async enable(overrides?: Overrides): Promise<Result<Enabled>> {
      const request = { method: "POST", path: "/v1/backup/enable", body: await session.storageCheck() };
      const result = await session.create("enable", { ...request, schema: enabledSchema }, overrides);
      if (!result.ok) return result;
      await session.keepKey(result.body.key);
      state.backup = { nextVersion: result.body.nextVersion };
      return result;
    },

    /**
     * Uploads, and asks for the status first where the phone does not know what it builds on. After a try
     * without an answer, the same contents are sent in the same envelope.
     * @throws {ContentsRefused} before anything is sent
     */
    async upload(contents: Contents, overrides: UploadOverrides = {}): Promise<Result<Uploaded>> {
      parseContents(contents);
      if (!state.backup) {
        const known = await status();
        if (!known.ok) return known;
      }
      const upload = await prepare(contents, overrides);
      state.unanswered.upload = upload;
      const request = { method: "PUT", path: "/v1/backup", headers: upload.headers, body: upload.body };
      const result = readAnswer(await act(request, overrides), uploadedSchema);
      if (isFinal(result)) delete state.unanswered.upload;
      if (result.ok) {
        // A late answer has no ETag where the version was replaced since: what is there then, this phone has
        // not seen, and its next upload must not go over it.
        const etag = etagOf(result.headers) ?? state.backup?.etag;
        state.backup = { nextVersion: result.body.nextVersion, etag };
      }
      return result;
    },

    status,

    /** Asks for the user key: `userKey` is its 32 bytes. */
    async key(overrides?: Overrides): Promise<Result<Key, { readonly userKey: Uint8Array }>> {
      const { storageCheck } = await session.storageCheck();
      const headers = { "X-Storage-Check": storageCheck };
      const answer = await act({ method: "GET", path: "/v1/backup/key", headers }, overrides);
      const result = readAnswer(answer, keySchema);
      return result.ok ? { ...result, userKey: await session.keepKey(result.body.key) } : result;
    },
  };
}

function etagOf(headers: Headers): string | undefined {
  return headers.get("ETag") ?? undefined;
}
