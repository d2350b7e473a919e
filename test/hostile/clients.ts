import { type Case, type Changes, MARKER } from "./scene.ts";

function version(value: string | readonly string[] | undefined): Changes {
  return { headers: { "X-Client-Version": value } };
}

function platform(value: string | readonly string[] | undefined): Changes {
  return { headers: { "X-Client-Platform": value } };
}

export const clients: readonly Case[] = [
  ["no version", "client-version-invalid", version(undefined)],
  ["an empty version", "client-version-invalid", version("")],
  ["a version in words", "client-version-invalid", version(MARKER)],
  ["a version with a suffix", "client-version-invalid", version(`6.8.0-${MARKER}`)],
  ["a version of five numbers", "client-version-invalid", version("6.8.0.0.1")],
  ["a version with a number missing", "client-version-invalid", version("6..8")],
  ["a version that ends in a dot", "client-version-invalid", version("6.8.")],
  ["a version with six digits in a number", "client-version-invalid", version("6.800000")],
  ["a negative version", "client-version-invalid", version("-6.8")],
  ["a version in Arabic digits", "client-version-invalid", version("٦.٨")],
  ["two versions", "client-version-invalid", version(["6.8.0", "6.8.0"])],
  ["no platform", "client-platform-invalid", platform(undefined)],
  ["an empty platform", "client-platform-invalid", platform("")],
  ["an unknown platform", "client-platform-invalid", platform(MARKER)],
  ["a platform in other letters", "client-platform-invalid", platform("iOS")],
  ["two platforms", "client-platform-invalid", platform(["ios", "ios"])],
  ["another platform than the phone registered with", "client-platform-changed", platform("android")],
];

/** Where an app that is too old is refused. */
export const oldClients: readonly Case[] = [
  ["an app that is too old", "app-version-unsupported", version("5.6.99999")],
  ["an app that is too old by its minor version", "app-version-unsupported", version("5")],
];

/** Where a call creates something that has no name yet. */
export const idempotencyKeys: readonly Case[] = (
  [
    ["no Idempotency-Key", undefined],
    ["an empty Idempotency-Key", ""],
    ["an Idempotency-Key of 15 characters", MARKER.slice(0, 15)],
    ["an Idempotency-Key of 65 characters", MARKER.padEnd(65, "a")],
    ["an Idempotency-Key with a colon", `envelope:${MARKER}`],
    ["an Idempotency-Key with dots and slashes", `../../${MARKER}`],
    ["an Idempotency-Key with a blank", `${MARKER} ${MARKER}`],
    ["an Idempotency-Key in other letters", `${MARKER}é`],
    ["two Idempotency-Keys", [MARKER, MARKER]],
  ] as const
).map(([title, key]) => [title, "idempotency-key-invalid", { headers: { "Idempotency-Key": key } }]);
