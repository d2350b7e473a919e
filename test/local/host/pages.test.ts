import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import document from "../../../docs/openapi.json" with { type: "json" };
import { startLocalService } from "../../../local/host/localService.ts";
import { type Document, interfaceOf } from "../../../local/host/pages/interface.ts";
import { createPhone } from "../../../local/phone/acts/phone.ts";
import { signIn } from "../../../local/phone/cli/tokens.ts";
import { makePackage } from "../../../scripts/package.ts";
import { system } from "../../../shared/system.ts";
import { CHROMIUM, openBrowser } from "../../support/browser.ts";
import { temporaryFolder } from "../../support/folder.ts";

async function startHost() {
  const service = await startLocalService({ folder: await temporaryFolder(), system, log: () => {} });
  onTestFinished(() => service.close());
  return service.origin;
}

const PAGES = ["/", "/outbox", "/v1/problems", "/v1/problems/backup-frozen"];

const asBrowser = { headers: { Accept: "text/html,*/*;q=0.8" } };

describe("the pages of the local host", () => {
  it("begin at /, with every request, form and code of the interface, and the other pages", async () => {
    const origin = await startHost();
    const page = await (await fetch(origin)).text();
    for (const [path, methods] of Object.entries(document.paths)) {
      expect(page).toContain(`<code>/v1${path}</code>`);
      for (const { operationId } of Object.values(methods)) expect(page).toContain(`id="${operationId}"`);
    }
    for (const path of PAGES.slice(1, 3)) expect(page).toContain(`href="${path}"`);
    // Each link within the page leads somewhere.
    const targets = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.filter((id) => !targets.has(id))).toEqual([]);
    expect(links).toContain("form-Manifest");
  });

  it.each(PAGES)("load nothing from elsewhere, run nothing, and say so: %s", async (path) => {
    const response = await fetch((await startHost()) + path, asBrowser);
    expect(response.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    const page = await response.text();
    expect(page).not.toMatch(/<(?:script|img|link|iframe|object)|@import|url\(|src=|href="(?!\/|#)/);
  });

  it("answer HEAD as GET, without the body, and leave other methods alone", async () => {
    const origin = await startHost();
    const [get, head, post] = await Promise.all(
      ["GET", "HEAD", "POST"].map((method) => fetch(`${origin}/`, { method })),
    );
    expect(head?.headers.get("content-length")).toBe(get?.headers.get("content-length"));
    expect(await head?.text()).toBe("");
    expect([head?.status, post?.status]).toEqual([200, 204]);
  });

  it("show a text of the document as text", () => {
    const description = "<b>not bold</b> & `a < b`";
    const page = interfaceOf({ ...(document as unknown as Document), info: { description } });
    expect(page).toContain("&#60;b&#62;not bold&#60;/b&#62; &#38; <code>a &#60; b</code>");
  });

  it("are not in what is deployed", async () => {
    const outdir = join(await temporaryFolder(), "package");
    await makePackage({ outdir });
    const found = spawnSync("grep", ["-rl", "Where to begin", outdir], { encoding: "utf8" });
    expect(found.stdout).toBe("");
  });
});

/** What phones and mailboxes get, in the lengths that they have. */
async function fillOutbox(origin: string): Promise<void> {
  const options = {
    origin,
    platform: "android",
    version: "6.8.0",
    token: () => signIn(origin, "alice", fetch),
  } as const;
  const [first, second] = [
    await createPhone({ ...options, name: "first" }),
    await createPhone({ ...options, name: "second" }),
  ];
  await first.register();
  await first.sayPushToken({ environment: "production", token: "0f".repeat(200), language: "en" });
  await first.addContact("email", `${"long".repeat(15)}@a-name-that-is-long.example`);
  await second.register();
}

/** How far the page runs out of the screen, with everything in it opened; the colour of its text; and what a screen reader needs. */
const LOOK = `(() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  const { scrollWidth, clientWidth } = document.documentElement;
  const scrolling = [...document.querySelectorAll("pre")];
  return {
    overflow: scrollWidth - clientWidth,
    colour: getComputedStyle(document.body).color,
    language: document.documentElement.lang,
    titled: document.title !== "" && document.querySelectorAll("h1").length === 1,
    // What scrolls by itself can be reached and scrolled by keyboard, and has a name.
    reachable: scrolling.every(({ tabIndex, ariaLabel }) => tabIndex === 0 && ariaLabel),
  };
})()`;

const left = CHROMIUM ? "" : " (left out: there is no Chromium on this machine)";

describe(`the pages in a real browser${left}`, () => {
  it.skipIf(!CHROMIUM)(
    "fit a screen of 400 pixels and of 1280, light and dark, and name what they hold",
    async () => {
      const origin = await startHost();
      await fillOutbox(origin);
      const browser = await openBrowser();
      for (const path of PAGES) {
        for (const width of [400, 1280]) {
          for (const [scheme, colour] of [
            ["light", "rgb(0, 0, 0)"],
            ["dark", "rgb(255, 255, 255)"],
          ] as const) {
            const seen = await browser.look(`${origin}${path}`, { width, scheme }, LOOK);
            expect(seen, `${path}, ${width} pixels, ${scheme}`).toEqual({
              overflow: 0,
              colour,
              language: expect.stringMatching(/^en/),
              titled: true,
              reachable: true,
            });
          }
        }
      }
    },
  );
});
