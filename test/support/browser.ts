import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./folder.ts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser of this machine; undefined where there is none. */
export const CHROMIUM = PLACES.find((path) => existsSync(path));

/** Speaks the DevTools protocol (https://chromedevtools.github.io/devtools-protocol): it looks where a page's policy lets no script. */
export async function openBrowser() {
  const profile = join(await temporaryFolder(), "profile");
  const child = spawn(
    CHROMIUM ?? "",
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const closed = new Promise((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await closed;
  });
  const socket = new WebSocket(await addressIn(child.stderr));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  const waiting = new Map<number, (result: unknown) => void>();
  let loaded: (() => void) | undefined;
  socket.addEventListener("message", ({ data }) => {
    const { id, method, result } = JSON.parse(String(data));
    if (method === "Page.loadEventFired") loaded?.();
    waiting.get(id)?.(result);
  });
  let sent = 0;
  // biome-ignore lint/suspicious/noExplicitAny: of another program
  const send = (method: string, params: object = {}, sessionId?: string): Promise<any> =>
    new Promise((resolve) => {
      sent += 1;
      waiting.set(sent, resolve);
      socket.send(JSON.stringify({ id: sent, method, params, sessionId }));
    });
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  await send("Page.enable", {}, sessionId);

  return {
    /** Opens an address on a screen. @param look an expression @returns what it comes to there */
    async look<Seen>(
      address: string,
      { width, scheme }: { readonly width: number; readonly scheme: "light" | "dark" },
      look: string,
    ): Promise<Seen> {
      const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: false };
      await send("Emulation.setDeviceMetricsOverride", metrics, sessionId);
      const features = [{ name: "prefers-color-scheme", value: scheme }];
      await send("Emulation.setEmulatedMedia", { features }, sessionId);
      const arrived = new Promise<void>((resolve) => {
        loaded = resolve;
      });
      await send("Page.navigate", { url: address }, sessionId);
      await arrived;
      const { result } = await send("Runtime.evaluate", { expression: look, returnByValue: true }, sessionId);
      return result.value;
    },
  };
}

async function addressIn(errors: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: errors })) {
    const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (address) return address;
  }
  throw new Error("the browser did not start");
}
