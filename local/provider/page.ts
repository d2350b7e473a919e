import { renderSVG } from "uqr";
import { escaped } from "../../shared/http/page.ts";
import type { LocalPage } from "../host/pages/pages.ts";
import { type Activation, grouped, OVER } from "./client.ts";
import { SAMPLE } from "./sample.ts";

/** Which page of a provider's: for its people, or for its administrators [E5]. */
export type Page = "security-info" | "administrator";

export const PATHS: Readonly<Record<Page, string>> = {
  "security-info": "/try/security-info",
  administrator: "/try/administrator",
};

/** An activation that was issued on a page. */
export interface Shown {
  readonly userName: string;
  readonly organization: string;
  readonly tenant: string;
  readonly code: string;
  readonly qr: string;
}

const TITLES: Readonly<Record<Page, string>> = {
  "security-info": "Set up security info",
  administrator: "Administrator",
};

/** As the local host's first page lists them. */
export const PROVIDER_PAGES: readonly LocalPage[] = [
  {
    path: PATHS["security-info"],
    title: TITLES["security-info"],
    about:
      "An account provider's page: a code and a QR code with which a phone verifies a work or school account.",
  },
  {
    path: PATHS.administrator,
    title: TITLES.administrator,
    about: "The same for somebody else, good for a day; what came of it, and how to revoke that.",
  },
];

/** The form that asks for a code, with what stands in its fields. */
export function formPage(page: Page, fields: Readonly<Record<string, string>> = {}, fault?: string): string {
  const value = (name: keyof typeof SAMPLE) => escaped(fields[name] ?? SAMPLE[name]);
  const input = (name: keyof typeof SAMPLE, label: string) =>
    `<label>${label}<input name="${name}" value="${value(name)}" required maxlength="256" autocomplete="off"></label>`;
  const intro =
    page === "administrator"
      ? "Make a code for somebody of your organization. It is good for a day, once, and tells you nothing of their other accounts."
      : "Add your work or school account to the authenticator app, or verify it on a new phone.";
  return layout(
    page,
    `<p>${intro}</p>
${fault === undefined ? "" : `<p class="fault" role="alert">${escaped(fault)}</p>`}
<form method="post">
${input("userName", "Account")}
${input("organization", "Organization")}
<details><summary>As the directory knows them</summary>
${input("subject", "User's id")}
${input("tenant", "Organization's id")}
</details>
${page === "administrator" ? '<label class="check"><input type="checkbox" name="showNumber"> Show a number, which I read out to them</label>' : ""}
<button>${page === "administrator" ? "Make a code" : "Next"}</button>
</form>
<p class="note">On this machine the account is made up: it is one of <code>local/phone/sample-accounts.json</code>.</p>`,
  );
}

/** How an activation stands; asks again by itself until it is over. @param live whether the key that came of it counts */
export function activationPage(
  page: Page,
  shown: Shown,
  { state, number, expiresAt, credentialId, publicKey }: Activation,
  live?: boolean,
): string {
  const again = `<p><a href="${PATHS[page]}">Make another code</a></p>`;
  const cancel = `<form method="post"><button name="act" value="cancel" class="quiet">Cancel</button></form>`;
  const parts: Readonly<Record<string, string>> = {
    issued: `<p>Scan this with the app, or type in the code.</p>
<div class="qr" role="img" aria-label="The code as a QR code">${renderSVG(shown.qr, { border: 4 })}</div>
<p class="big" id="code">${grouped(shown.code)}</p>
<p class="note">Good once, until <time datetime="${escaped(expiresAt)}">${escaped(expiresAt.slice(0, 16).replace("T", ", "))}</time> UTC.</p>
${cancel}`,
    claimed: "<p>A phone has taken the code. Go on there.</p>",
    confirming:
      number === undefined
        ? "<p>The phone asks for a confirmation.</p>"
        : `<p>The phone asks for this number:</p><p class="big" id="number">${number}</p>`,
    verified: `<p class="done">Done: the account works on the phone.</p>
${
  page === "administrator" && credentialId !== undefined
    ? `<p>Its key <code>${escaped(publicKey?.x ?? "")}</code> ${live === false ? "no longer counts." : "counts."}</p>
${live === false ? "" : '<form method="post"><button name="act" value="revoke" class="quiet">Revoke it</button></form>'}`
    : ""
}${again}`,
    refused: `<p>The phone said no, or the number was wrong.</p>${again}`,
    expired: `<p>The code was not used in time.</p>${again}`,
    cancelled: `<p>Cancelled.</p>${again}`,
  };
  return layout(
    page,
    `<p><strong>${escaped(shown.userName)}</strong><br>${escaped(shown.organization)}</p>
<div data-state="${escaped(state)}">${parts[state] ?? escaped(state)}</div>`,
    OVER.has(state) ? undefined : 2,
  );
}

/** @param refresh seconds until the browser asks again */
function layout(page: Page, content: string, refresh?: number): string {
  const other: Page = page === "administrator" ? "security-info" : "administrator";
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refresh === undefined ? "" : `<meta http-equiv="refresh" content="${refresh}">`}
<title>${TITLES[page]}</title>
<style>
:root { --ink: #1b1b1b; --paper: #fff; --line: #767676; --accent: #0b57d0; --fault: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --paper: #161616; --line: #8f8f8f; --accent: #a8c7fa; --fault: #f2b8b5; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 28rem; margin: 0 auto; padding: 1.5rem 1rem; color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
label { display: block; margin: .75rem 0; }
input:not([type=checkbox]) { display: block; box-sizing: border-box; width: 100%; font: inherit; padding: .5rem; border: 1px solid var(--line); border-radius: .25rem; color: inherit; background: transparent; }
summary { min-height: 2rem; }
button { font: inherit; min-height: 2.75rem; padding: 0 1.25rem; border: 1px solid var(--accent); border-radius: .25rem; color: var(--paper); background: var(--accent); }
button.quiet { color: var(--accent); background: transparent; }
a { color: var(--accent); }
.qr svg { display: block; width: min(100%, 20rem); height: auto; }
.big { font-size: 1.9rem; font-variant-numeric: tabular-nums; margin: .5rem 0; overflow-wrap: normal; }
#number { font-size: 4rem; line-height: 1.2; }
.note { font-size: .875rem; }
.fault { color: var(--fault); }
footer { margin-top: 2rem; border-top: 1px solid var(--line); font-size: .875rem; }
</style>
<main>
<h1>${TITLES[page]}</h1>
${content}
</main>
<footer><p>A page of an account provider, for trying. <a href="${PATHS[other]}">${TITLES[other]}</a></p></footer>
</html>
`;
}
