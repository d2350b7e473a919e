import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalized } from "../../../shared/identity/htu.ts";

const ADDRESS = "https://backup.example/v1/backup/versions/7";

describe("the address of a proof", () => {
  it.each([
    ["as it is", ADDRESS],
    ["with a query", `${ADDRESS}?from=1`],
    ["with a fragment", `${ADDRESS}#top`],
    ["with its scheme in upper case", ADDRESS.replace("https", "HTTPS")],
    ["with its host in upper case", ADDRESS.replace("backup.example", "Backup.Example")],
    ["with the port that its scheme has anyway", ADDRESS.replace("example/", "example:443/")],
    ["with an empty port", ADDRESS.replace("example/", "example:/")],
    ["with a letter escaped that need not be", ADDRESS.replace("backup/", "back%75p/")],
    ["with dots escaped", ADDRESS.replace("versions", "x/%2E%2e/versions")],
    ["with dot segments", ADDRESS.replace("versions", "./x/../versions")],
  ])("is the same %s", (_, spelt) => {
    expect(normalized(spelt)).toBe(normalized(ADDRESS));
  });

  it.each([
    ["of another scheme", ADDRESS.replace("https", "http")],
    ["of another host", ADDRESS.replace("backup.", "backups.")],
    ["of another port", ADDRESS.replace("example/", "example:8443/")],
    ["with a slash more", `${ADDRESS}/`],
    ["in another case", ADDRESS.replace("versions", "Versions")],
    ["with a slash escaped, which is no end of a segment", ADDRESS.replace("backup/", "backup%2F")],
  ])("is another one %s", (_, other) => {
    expect(normalized(other)).toBeDefined();
    expect(normalized(other)).not.toBe(normalized(ADDRESS));
  });

  it("has its other escapes in upper case", () => {
    expect(normalized("https://a.example/x%2fy%c3%a4")).toBe("https://a.example/x%2Fy%C3%A4");
  });

  it.each([
    "",
    "/v1/backup",
    "backup.example/v1",
    "//backup.example/v1",
    "ftp://backup.example/v1",
    "javascript:alert(1)",
    "https://",
    "https://owner@backup.example/v1",
    "https://owner:secret@backup.example/v1",
    "https:\\\\backup.example\\v1",
    "https://backup.example/v 1",
    " https://backup.example/v1",
    "https://backup.example/v1\n",
    "https://backup.example/v1/ä",
    "https://backup.example:99999/v1",
  ])("is none at all: %j", (address) => {
    expect(normalized(address)).toBeUndefined();
  });

  it("is as it was when it is normalized again", () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (address) => {
        const once = normalized(address);
        if (once !== undefined) expect(normalized(once)).toBe(once);
      }),
    );
  });
});
