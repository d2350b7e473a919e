import { isAppVersion, isOlder } from "../appVersion.ts";
import { problem } from "../errors/problem.ts";
import { type Platform, platform } from "../words.ts";
import type { HttpRequest } from "./message.ts";

/** The app that is asking, by its own word. */
export interface Client {
  readonly platform: Platform;
  readonly version: string;
}

/**
 * Reads X-Client-Platform and X-Client-Version.
 * @throws {Problem} client-platform-invalid, client-version-invalid
 */
export function readClient({ header }: HttpRequest): Client {
  const named = platform.safeParse(header("x-client-platform"));
  if (!named.success) throw problem("client-platform-invalid");
  const version = header("x-client-version");
  if (version === undefined || !isAppVersion(version)) throw problem("client-version-invalid");
  return { platform: named.data, version };
}

/** @throws {Problem} app-version-unsupported, with the oldest version that will do */
export function requireSupported(
  { platform, version }: Client,
  minimumVersions: Readonly<Record<Platform, string>>,
): void {
  const minimumVersion = minimumVersions[platform];
  if (isOlder(version, minimumVersion)) throw problem("app-version-unsupported", { minimumVersion });
}
