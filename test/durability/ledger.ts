import { expect } from "vitest";
import { NEWEST } from "../../shared/backup/history.ts";

interface PromisedVersion {
  /** Identifies the contents: `digestOf` them. */
  readonly contents: string;
  readonly uploadedAt: string;
}

export type Ledger = ReturnType<typeof createLedger>;

/**
 * What the service has promised to one owner: what it acknowledged, and what was found in its store after a kill, since
 * a retry must be answered with that.
 */
export function createLedger() {
  const versions = new Map<number, PromisedVersion>();
  const versionOf = new Map<string, number>();
  let keyId: string | undefined;

  return {
    /** Fails if the version had other contents, or the contents another version. */
    version(version: number, promised: PromisedVersion): void {
      expect(versionOf.get(promised.contents) ?? version, "contents in two versions").toBe(version);
      expect(promised, `version ${version}`).toEqual(versions.get(version) ?? promised);
      versions.set(version, promised);
      versionOf.set(promised.contents, version);
    },

    /** Fails if the owner had another user key. */
    key(id: string): void {
      keyId ??= id;
      expect(id, "the user key's id").toBe(keyId);
    },

    keyId: () => keyId,
    get: (version: number) => versions.get(version),
    /** How many versions there ever were. */
    count: () => versions.size,

    /** What the history must hold, and nothing else, newest first [H1]. */
    history(): number[] {
      const newestFirst = [...versions].sort(([a], [b]) => b - a);
      return newestFirst
        .filter(([, { uploadedAt }], at) => {
          const newer = newestFirst[at - 1]?.[1].uploadedAt;
          return at < NEWEST || newer?.slice(0, 10) !== uploadedAt.slice(0, 10);
        })
        .map(([version]) => version);
    },
  };
}
