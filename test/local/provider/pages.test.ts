import { renderSVG } from "uqr";
import { describe, expect, it } from "vitest";
import { PATHS, type Page } from "../../../local/provider/page.ts";
import { SAMPLE } from "../../../local/provider/sample.ts";
import { accountKey, claimed, goesOn, holds, placeIn, pushed } from "../../behaviours/providers/stage.ts";
import { CHROMIUM, openBrowser } from "../../support/browser.ts";
import { registeredPhone, startService, type TestService } from "../../support/service.ts";

/** Sends a page's form, as a browser does. @returns where it leads */
async function send(
  { origin }: TestService,
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = { Origin: origin },
): Promise<Response> {
  return await fetch(origin + path, {
    method: "POST",
    redirect: "manual",
    headers,
    body: new URLSearchParams(fields),
  });
}

const { issuer: _, ...FIELDS } = SAMPLE;

/** Makes a code on a page. */
async function made(service: TestService, page: Page, fields: Readonly<Record<string, string>> = FIELDS) {
  const location = (await send(service, PATHS[page], fields)).headers.get("location") ?? "";
  const activationId = new URL(location, service.origin).searchParams.get("activation") ?? "";
  const look = async () => await (await fetch(service.origin + location)).text();
  return { location, activationId, look };
}

const codeIn = (html: string) => /id="code">([\d ]+)</.exec(html)?.[1]?.replaceAll(" ", "");
const stateIn = (html: string) => /data-state="([a-z]+)"/.exec(html)?.[1];
const isLive = (html: string) => html.includes('http-equiv="refresh"');

describe("the page on which somebody sets up security info", () => {
  it("shows a code and its QR code, then the number, and in the end that it is done [E5] [E7] [E13]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    const { activationId, look } = await made(service, "security-info");
    const issued = await look();
    expect(codeIn(issued)).toMatch(/^\d{12}$/);
    expect(issued).toContain(renderSVG(`${service.origin}/activate#1.${codeIn(issued)}`, { border: 4 }));
    expect([stateIn(issued), isLive(issued)]).toEqual(["issued", true]);

    const { challengeId } = await claimed(service, phone, activationId);
    const taken = await look();
    expect([stateIn(taken), codeIn(taken), taken.includes("<svg")]).toEqual(["claimed", undefined, false]);
    await goesOn(service, phone, challengeId, { push: pushed(service) });
    expect(await look()).toContain('id="number">47<');
    const credential = { id: "A".repeat(22), publicKey: accountKey() };
    await goesOn(service, phone, challengeId, { ended: "verified", credential });
    const done = await look();
    expect([stateIn(done), isLive(done)]).toEqual(["verified", false]);
  });

  it("cancels its code", async () => {
    const service = await startService();
    const { location, look } = await made(service, "security-info");
    await send(service, location, { act: "cancel" });
    expect(stateIn(await look())).toBe("cancelled");
  });

  it("says what is wrong, and keeps what was typed, as text", async () => {
    const service = await startService();
    const userName = '"><script>alert(1)</script>';
    const wrong = await send(service, PATHS["security-info"], { ...FIELDS, userName, tenant: "Contoso" });
    const html = await wrong.text();
    expect(html).toContain("is a GUID in small letters");
    expect(html).not.toContain("<script");
    const { look } = await made(service, "security-info", { ...FIELDS, userName });
    expect(await look()).not.toContain("<script");
    for (let n = 0; n < 4; n++) await made(service, "security-info");
    const sixth = await send(service, PATHS["security-info"], FIELDS);
    expect(await sixth.text()).toContain("too many open codes");
  });

  it("takes no form that another site has a browser send", async () => {
    const service = await startService();
    for (const Origin of ["https://evil.example", "null"]) {
      expect((await send(service, PATHS["security-info"], FIELDS, { Origin })).status).toBe(403);
    }
  });

  it("begins anew for a code that it no longer knows, and takes no other method", async () => {
    const { origin } = await startService();
    const path = `${PATHS["security-info"]}?activation=${"A".repeat(43)}.${"B".repeat(22)}`;
    expect(await (await fetch(origin + path)).text()).toContain("no longer knows that code");
    expect((await fetch(origin + path, { method: "DELETE" })).status).toBe(405);
  });

  it("runs nothing, and loads nothing from elsewhere", async () => {
    const service = await startService();
    const { location } = await made(service, "administrator");
    for (const path of [...Object.values(PATHS), location]) {
      const response = await fetch(service.origin + path);
      expect(response.headers.get("content-security-policy")).toBe(
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
      );
      expect(await response.text()).not.toMatch(
        /<(?:script|img|link|iframe|object)|@import|url\(|src=|href="(?!\/)/,
      );
    }
  });
});

describe("an administrator's page", () => {
  it("makes a code for a day, tells of the key that came of it, and revokes that [E5] [D12]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    const { activationId, location, look } = await made(service, "administrator");
    service.advance(86_399);
    expect(stateIn(await look())).toBe("issued");
    const { challengeId } = await claimed(service, phone, activationId);
    const { partition } = placeIn(activationId);
    const { id, publicKey } = await holds(service, phone, partition, { tenant: SAMPLE.tenant });
    await goesOn(service, phone, challengeId, { ended: "verified", credential: { id, publicKey } });
    const done = await look();
    expect(done).toContain(publicKey.x);
    expect(done).toContain("counts.");
    await send(service, location, { act: "revoke" });
    expect(await look()).toContain("no longer counts.");
  });
});

/** How far the page runs out of the screen, and whether what is to be read stands out from what it stands on. */
const LOOK = `(() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  const { scrollWidth, clientWidth } = document.documentElement;
  const qr = document.querySelector("svg")?.getBoundingClientRect();
  const { color, backgroundColor } = getComputedStyle(document.body);
  return {
    overflow: scrollWidth - clientWidth,
    colours: color + " on " + backgroundColor,
    qr: qr === undefined ? "none" : qr.width >= 250 && Math.abs(qr.width - qr.height) < 1 ? "square" : "too small",
    labelled: [...document.querySelectorAll("input")].every((input) => input.labels.length === 1),
    high: [...document.querySelectorAll("button")].every((button) => button.offsetHeight >= 44),
  };
})()`;

const left = CHROMIUM ? "" : " (left out: there is no Chromium on this machine)";

describe(`in a browser${left}`, () => {
  it.skipIf(CHROMIUM === undefined)(
    "the pages fit a phone's screen and a wide one, light and dark",
    async () => {
      const service = await startService();
      const { location } = await made(service, "security-info");
      const browser = await openBrowser();
      for (const [path, qr] of [
        ...Object.values(PATHS).map((path) => [path, "none"]),
        [location, "square"],
      ]) {
        for (const width of [400, 1280]) {
          for (const [scheme, colours] of [
            ["light", "rgb(27, 27, 27) on rgb(255, 255, 255)"],
            ["dark", "rgb(236, 236, 236) on rgb(22, 22, 22)"],
          ] as const) {
            const seen = await browser.look(service.origin + path, { width, scheme }, LOOK);
            expect(seen, `${path} ${width} ${scheme}`).toEqual({
              overflow: 0,
              colours,
              qr,
              labelled: true,
              high: true,
            });
          }
        }
      }
    },
  );
});
