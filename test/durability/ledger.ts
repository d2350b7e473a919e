import { expect } from "vitest";
import { NEWEST } from "../../shared/backup/history.ts";

interface PromisedVersion {
  /** Identifies the contents: `digestOf` them. */
  readonly contents: string;
  readonly uploadedAt: string;
  /** The phone that uploaded it. */
  readonly deviceId: string;
}

export type Ledger = ReturnType<typeof createLedger>;

/**
 * What the service has promised to one owner: what it acknowledged, and what was found in its store after a kill, since
 * a retry must be answered with that.
 */
export function createLedger() {
  const versions = new Map<number, PromisedVersion>();
  const versionOf = new Map<string, number>();
  /** The ids of the user keys, by their numbers. */
  const keys = new Map<number, string>();
  /** What phones were given: 32 bytes, base64url, by their ids. */
  const values = new Map<string, string>();

  return {
    /** Fails if the version had other contents, or the contents another version. */
    version(version: number, promised: PromisedVersion): void {
      expect(versionOf.get(promised.contents) ?? version, "contents in two versions").toBe(version);
      expect(promised, `version ${version}`).toEqual(versions.get(version) ?? promised);
      versions.set(version, promised);
      versionOf.set(promised.contents, version);
    },

    /** Fails where the key of that number is another one. */
    key({ number, id }: { readonly number: number; readonly id: string }): void {
      expect(id, `the id of user key ${number}`).toBe(keys.get(number) ?? id);
      keys.set(number, id);
    },

    /** Keeps what a phone holds. Fails where it was given something else under that id before. */
    learn(userKey: { readonly id: string; readonly value: string } | undefined): void {
      if (!userKey) return;
      expect(userKey.value === (values.get(userKey.id) ?? userKey.value), "one user key, two values").toBe(
        true,
      );
      values.set(userKey.id, userKey.value);
    },

    isOn: () => keys.size > 0,
    value: (id: string) => values.get(id),
    get: (version: number) => versions.get(version),
    /** How many versions there ever were. */
    count: () => versions.size,

    /**
     * What the history must hold, and nothing else, newest first [H1].
     * @param recovered the versions that recoveries name
     */
    history(recovered: ReadonlySet<number>): number[] {
      const newestFirst = [...versions].sort(([a], [b]) => b - a);
      const seen = new Set<string>();
      const newestOfPhones = new Set(
        newestFirst.flatMap(([version, { deviceId }]) => {
          if (seen.has(deviceId)) return [];
          seen.add(deviceId);
          return version;
        }),
      );
      return newestFirst
        .filter(([version, { uploadedAt }], at) => {
          const newer = newestFirst[at - 1]?.[1].uploadedAt;
          const endedADay = newer?.slice(0, 10) !== uploadedAt.slice(0, 10);
          return at < NEWEST || endedADay || newestOfPhones.has(version) || recovered.has(version);
        })
        .map(([version]) => version);
    },
  };
}
