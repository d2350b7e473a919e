import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../shared/errors/catalogue.ts";
import { languages } from "../../shared/errors/language.ts";
import { describeCode } from "../../shared/errors/problem.ts";
import { escaped, prefersPage } from "../../shared/http/page.ts";
import { startService } from "../support/service.ts";

/** What Chromium, Firefox and Safari send. */
const BROWSERS = [
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
  "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
];

describe("who gets a page", () => {
  it.each([
    ...BROWSERS,
    "text/html",
    "TEXT/HTML;charset=utf-8",
    "text/*",
    "text/html;level=1;q=0.5, */*;q=0.1",
  ])("a browser: %s", (accept) => {
    expect(prefersPage(accept)).toBe(true);
  });

  it.each([
    undefined,
    "",
    "*/*",
    "application/json",
    "application/problem+json, application/json",
    "application/json, text/html",
    "application/json, text/html;q=0.9",
    "text/html;q=0, */*",
    "text/html;q=0",
    // What the service can't meet is answered all the same.
    "image/png",
    "application/xml",
    // Malformed members count as not there.
    "text/html;q=2",
    "text/html;q=0.5.5",
    "html",
    "text/",
    ",,;q=1",
    ",".repeat(10_000),
  ])("nobody else: %s", (accept) => {
    expect(prefersPage(accept)).toBe(false);
  });

  it("whatever the header holds, the answer comes soon", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000 }), (accept) => typeof prefersPage(accept) === "boolean"),
    );
    expect(prefersPage(`text/html${";q=".repeat(8_000)}`)).toBe(false);
  });
});

describe("a problem's type leads somewhere", () => {
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const { origin } = await startService();
    return await fetch(origin + path, { headers });
  };

  it.each(languages)("a browser gets a page, in the reader's language: %s", async (language) => {
    const { title, detail, remedyText } = describeCode("backup-frozen", language);
    const response = await get("/v1/problems/backup-frozen", {
      Accept: BROWSERS[0] ?? "",
      "Accept-Language": language,
    });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-language": language,
      vary: "Accept, Accept-Language",
      "x-content-type-options": "nosniff",
    });
    expect(response.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    const page = await response.text();
    expect(page).toContain(`<html lang="${language}">`);
    for (const text of [title, detail, remedyText, "backup-frozen"]) expect(page).toContain(escaped(text));
    // Nothing comes from elsewhere, or runs.
    expect(page).not.toMatch(/<script|<img|<link|https?:|@import|url\(/);
  });

  it.each(["application/json", "*/*", "image/png"])("a program gets JSON: %s", async (accept) => {
    const response = await get("/v1/problems/backup-frozen", { Accept: accept });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("vary")).toBe("Accept, Accept-Language");
    expect(await response.json()).toEqual(describeCode("backup-frozen", "en"));
  });

  it("all of them are listed: as JSON, and as a page that leads to each", async () => {
    const codes = Object.keys(catalogue).sort();
    const { problems } = (await (await get("/v1/problems")).json()) as { problems: { code: string }[] };
    expect(problems.map(({ code }) => code)).toEqual(codes);
    const page = await (await get("/v1/problems", { Accept: "text/html" })).text();
    const linked = [...page.matchAll(/href="\/v1\/problems\/([a-z-]+)"/g)].map(([, code]) => code);
    expect(linked).toEqual(codes);
  });

  it("an unknown one is refused as a problem, to a browser too", async () => {
    const response = await get("/v1/problems/no-such-problem", { Accept: "text/html" });
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });
});
