import { describe, expect, it } from "vitest";
import { contents, contentsOf } from "../support/accounts.ts";
import {
  backedUpPhone,
  expectOk,
  problemOf,
  registeredPhone,
  startService,
  type TestPhone,
} from "../support/service.ts";

/** What proxies make of an ETag: a weak one, or one with the encoding behind it. */
const REWRITTEN: readonly [string, (etag: string) => string][] = [
  ["as a weak one, as nginx does", (etag) => `W/${etag}`],
  ["with -gzip behind it, as Apache does", (etag) => etag.replace(/"$/, '-gzip"')],
  ["with --gzip behind it, as Jetty does", (etag) => etag.replace(/"$/, '--gzip"')],
  ["with ;br behind it", (etag) => etag.replace(/"$/, ';br"')],
  ["in both ways", (etag) => `W/${etag.replace(/"$/, '-br"')}`],
];

describe("behind a proxy that rewrites ETags", () => {
  it.each(REWRITTEN)(
    "%s, an upload replaces what its phone has seen, and nothing else",
    async (_, rewrite) => {
      const service = await startService();
      const phone = await backedUpPhone(service);
      expectOk(await phone.upload(contents));
      const seen = rewrite((await statusOf(phone)).headers.get("ETag") ?? "");
      expectOk(await phone.upload(contentsOf(7), { headers: { "If-Match": seen } }));
      const again = await phone.upload(contentsOf(8), { headers: { "If-Match": seen } });
      expect(problemOf(again)).toMatchObject({ status: 412, code: "version-changed" });
    },
  );

  it.each(REWRITTEN)("%s, a status that the phone has is not sent again", async (_, rewrite) => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    const headers = { "If-None-Match": rewrite((await statusOf(phone)).headers.get("ETag") ?? "") };
    expect(await statusOf(phone, headers)).toMatchObject({ status: 304 });
    expectOk(await phone.upload(contents));
    expect(await statusOf(phone, headers)).toMatchObject({ status: 200 });
  });

  it.each(['"', "W/", '"-gzip"', '"off-0.AAAAAAAAAAAAAAAAAAAAAA-1"', '"off-0.AAAA;br"'])(
    "what is no ETag of ours in any form names no version: %s",
    async (tag) => {
      const service = await startService();
      const phone = await backedUpPhone(service);
      const refused = await phone.upload(contents, { headers: { "If-Match": tag } });
      expect(problemOf(refused)).toMatchObject({ code: "version-changed" });
    },
  );

  it("answers say that no proxy may change them", async () => {
    const phone = await registeredPhone(await startService());
    expect((await statusOf(phone)).headers.get("Cache-Control")).toBe("no-store, no-transform");
  });
});

describe("a device proof behind a host that spells the address in its own way", () => {
  it.each([
    ["escaped where it need not be", "/v1/back%75p"],
    ["with a dot segment", "/v1/x/../backup"],
  ])("verifies: %s", async (_, path) => {
    const phone = await registeredPhone(await startService());
    const { status, body } = await phone.send({ method: "GET", path });
    expect([status, body]).toMatchObject([200, { state: "off" }]);
  });
});

function statusOf(phone: TestPhone, headers?: Readonly<Record<string, string>>) {
  return phone.send({ method: "GET", path: "/v1/backup", headers });
}
