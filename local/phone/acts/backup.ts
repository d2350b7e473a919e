import * as z from "zod";
import { type Contents, parseContents } from "../protocol/accounts.ts";
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
import { heldAccounts } from "./heldAccounts.ts";
import { type Refused, type Result, readAnswer } from "./problem.ts";
import { isFinal, type Overrides, type Session } from "./session.ts";
import { forgetCredentials, type PhoneState } from "./state.ts";
import { digestOf, makeUpload } from "./upload.ts";

interface UploadOverrides extends Overrides {
  /** The version that the owner agreed to replace, where an upload was refused for what it would replace. */
  readonly replaces?: number;
  /**
   * On iOS, `false` makes an envelope that opens without the storage secret: for a phone of the other platform. The
   * service takes it where the owner has allowed that platform.
   */
  readonly storageBound?: boolean;
  /** How many accounts of the phone are not in these contents, since they don't fit. */
  readonly leftOut?: number;
  readonly envelopeHeader?: Readonly<Record<string, unknown>>;
}

/** An upload as it is sent, and sent again. */
type UploadRequest = NonNullable<PhoneState["unanswered"]["upload"]>;

/** Turning backup on and off, and keeping it up to date. */
export function backupActs(session: Session) {
  const { state, act } = session;

  async function status(overrides?: Overrides): Promise<Result<Status>> {
    const result = readAnswer(await act({ method: "GET", path: "/v1/backup" }, overrides), statusSchema);
    if (!result.ok) return result;
    const { body, headers } = result;
    const hasVersion = body.state === "on" && body.current !== undefined;
    state.backup = {
      nextVersion: body.nextVersion,
      etag: hasVersion ? etagOf(headers) : undefined,
      ...(body.state === "on" && { keyId: body.key.id }),
    };
    // Revoked by the account's provider.
    const stems = body.actionRequired ?? [];
    forgetCredentials(state, ({ ref }) => stems.some((stem) => ref.startsWith(stem)));
    return result;
  }

  /** Asks for the current user key: `userKey` is its 32 bytes. */
  async function key(overrides?: Overrides): Promise<Result<Key, { readonly userKey: Uint8Array }>> {
    const { storageCheck } = await session.storageCheck();
    const headers = { "X-Storage-Check": storageCheck };
    const answer = await act({ method: "GET", path: "/v1/backup/key", headers }, overrides);
    const result = readAnswer(answer, keySchema);
    return result.ok ? { ...result, userKey: await session.keepKey(result.body.key) } : result;
  }

  /**
   * Finds out what became of an upload that was not answered, where another one is to follow: it may be what the service
   * has now, and the next one would be refused for what this phone itself has stored.
   */
  async function settle(digest: string): Promise<{ readonly ok: true } | Refused> {
    const pending = state.unanswered.upload;
    if (!pending || pending.contents === digest) return { ok: true };
    if (pending.refused) {
      delete state.unanswered.upload;
      return { ok: true };
    }
    const result = await put(pending);
    if (!result.ok && !isFinal(result)) return result;
    delete state.unanswered.upload;
    return await status();
  }

  async function put(
    { headers, body }: Pick<UploadRequest, "headers" | "body">,
    overrides?: Overrides,
  ): Promise<Result<Uploaded>> {
    return readAnswer(
      await act({ method: "PUT", path: "/v1/backup", headers, body }, overrides),
      uploadedSchema,
    );
  }

  /** The upload of `contents`: the unanswered one where they are the same, or a new one. */
  async function prepare(
    contents: Contents,
    digest: string,
    { envelopeHeader, storageBound, leftOut }: UploadOverrides,
  ): Promise<UploadRequest> {
    const pending = state.unanswered.upload;
    if (pending?.contents === digest) return pending;
    return {
      contents: digest,
      ...(await makeUpload({
        ...session,
        storageSecret: session.storageSecret(),
        contents,
        storageBound,
        leftOut,
        envelopeHeader,
      })),
    };
  }

  return {
    /** Turns backup on. After a try without an answer, the next one has the same Idempotency-Key. */
    async enable(overrides?: Overrides): Promise<Result<Enabled>> {
      const request = { method: "POST", path: "/v1/backup/enable", body: await session.storageCheck() };
      const result = await session.create("enable", { ...request, schema: enabledSchema }, overrides);
      if (!result.ok) return result;
      await session.keepKey(result.body.key);
      state.backup = { nextVersion: result.body.nextVersion, keyId: result.body.key.id };
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
      const { keyId } = state.backup ?? {};
      // None yet, or another since: a phone was removed, or the backup begun anew.
      if (!state.userKey || (keyId !== undefined && keyId !== state.userKey.id)) {
        const asked = await key();
        // With a key from before, the upload says what is there and what leads on. Starting anew, where that is it, is
        // the owner's decision: an upload never does it.
        if (!asked.ok && !(asked.problem.code === "trust-required" && state.userKey)) return asked;
      }
      const { replaces, storageBound, leftOut } = overrides;
      const digest = digestOf(contents, storageBound, leftOut);
      const settled = await settle(digest);
      if (!settled.ok) return settled;
      const upload = await prepare(contents, digest, overrides);
      const pending = state.unanswered.upload;
      const isFirst = !pending || pending.refused === true;
      state.unanswered.upload = { ...upload, refused: false };
      const body = replaces === undefined ? upload.body : { ...upload.body, replaces };
      const result = await put({ headers: upload.headers, body }, overrides);
      if (isFinal(result)) delete state.unanswered.upload;
      else if (result.status === 401 && isFirst) state.unanswered.upload = { ...upload, refused: true };
      if (result.ok) {
        // A late answer has no ETag where the version was replaced since: what is there then, this phone has
        // not seen, and its next upload must not go over it.
        const etag = etagOf(result.headers) ?? state.backup?.etag;
        state.backup = { ...state.backup, nextVersion: result.body.nextVersion, etag };
        // What waits for its owner waits on: an upload verifies nothing.
        const before = new Map(state.accounts.map(({ ref, actionRequired }) => [ref, actionRequired]));
        state.accounts = heldAccounts(contents, state.owner).map((account) => {
          const actionRequired = before.get(account.ref);
          return { ...account, ...(actionRequired && { actionRequired }) };
        });
      } else if (result.problem.code === "backup-off") {
        session.forgetBackup();
      } else if (result.problem.code === "envelope-mismatch") {
        // Key or number is another now: the next try asks first, and seals again.
        delete state.backup;
      }
      return result;
    },

    status,

    /** The owner has signed in again: the backup is up to date, and nothing on this phone waits for a sign-in. */
    async refresh(overrides?: Overrides): Promise<Result<Status>> {
      return readAnswer(await act({ method: "POST", path: "/v1/backup/refresh" }, overrides), statusSchema);
    },

    /** Turns backup off: every version and the key are destroyed, the accounts on the phones stay. */
    async disable(overrides?: Overrides): Promise<Result<undefined>> {
      const request = { method: "DELETE", path: "/v1/backup?confirm=delete" };
      const result = readAnswer(await act(request, overrides), z.undefined());
      if (result.ok) session.forgetBackup();
      return result;
    },

    key,
  };
}

function etagOf(headers: Headers): string | undefined {
  return headers.get("ETag") ?? undefined;
}
