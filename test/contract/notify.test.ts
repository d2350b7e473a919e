import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openOutbox, readOutbox } from "../../local/embedded/outbox.ts";
import { NOW, startStage } from "../drivers/notify/stage.ts";
import { temporaryFolder } from "../support/folder.ts";
import { outcomeOf } from "../support/sent.ts";
import { FCM, NOTICE, notifyContract, timeLimit, uuid } from "./notify.ts";

async function startOutbox() {
  const clock = { time: NOW };
  const options = { file: join(await temporaryFolder(), "data", "outbox.db"), now: () => clock.time };
  return { ...options, clock, notify: openOutbox(options), read: (to?: string) => readOutbox(options, to) };
}

notifyContract("outbox", async () => {
  const { notify, read, ...options } = await startOutbox();
  return {
    notify,
    another: () => openOutbox(options),
    arrived: () => read().reverse().map(outcomeOf),
  };
});

notifyContract("Azure", async () => {
  const { open, arrived } = await startStage();
  return {
    notify: open(),
    another: () => open(),
    arrived: () => arrived.map(outcomeOf),
  };
});

describe("the outbox", () => {
  const push = { id: uuid(1), target: FCM, content: NOTICE, timeLimit };

  it("is empty before anything was sent, and reading it makes no file", async () => {
    const { file, read } = await startOutbox();
    expect(read()).toEqual([]);
    await expect(stat(file)).rejects.toThrow("ENOENT");
  });

  it("shows what was sent to everybody, newest first, or to one target", async () => {
    const { clock, notify, read } = await startOutbox();
    await notify.push(push);
    clock.time += 1000;
    const text = { id: uuid(2), to: "+46701234567", language: "en", content: { kind: "notice" } } as const;
    await notify.text({ ...text, timeLimit });
    expect(read().map(({ at, channel, to }) => [at, channel, to])).toEqual([
      ["2026-11-22T08:00:01.000Z", "text", "+46701234567"],
      ["2026-11-22T08:00:00.000Z", "push", FCM.token],
    ]);
    expect(read(FCM.token)).toMatchObject([{ platform: "fcm", environment: "production" }]);
    expect(read("somebody else")).toEqual([]);
  });

  it("shows a message for 14 days, and keeps it no longer", async () => {
    const { file, clock, notify, read } = await startOutbox();
    await notify.push(push);
    clock.time += 14 * 24 * 60 * 60_000 - 1;
    expect(read()).toHaveLength(1);
    clock.time += 1;
    expect(read()).toEqual([]);
    await notify.push({ ...push, target: { ...FCM, token: "another" } });
    expect(readOutbox({ file, now: () => NOW })).toMatchObject([{ to: "another" }]);
  });

  it("is for this user alone: codes and addresses are in it", async () => {
    const { file, notify } = await startOutbox();
    await notify.push(push);
    const folder = dirname(file);
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
    expect((await stat(folder)).mode & 0o077).toBe(0);
  });

  it("leaves its file alone once nothing is sent, and takes it up again", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { file, notify, read } = await startOutbox();
    await notify.push(push);
    expect(await readdir(dirname(file))).toContain("outbox.db-wal");
    vi.runAllTimers();
    expect(await readdir(dirname(file))).toEqual(["outbox.db"]);
    await notify.push(push);
    expect(read()).toHaveLength(2);
    vi.runAllTimers();
    expect(await readdir(dirname(file))).toEqual(["outbox.db"]);
  });

  it("makes its file again where somebody has deleted it meanwhile", async () => {
    const { file, notify, read } = await startOutbox();
    await notify.push(push);
    await rm(dirname(file), { recursive: true });
    await notify.push(push);
    expect(read()).toHaveLength(1);
  });

  it("is busy, and throws nothing, where its file can't be written", async () => {
    const file = join(await temporaryFolder(), "a-file");
    await writeFile(file, "");
    const notify = openOutbox({ file: join(file, "outbox.db"), now: () => NOW });
    expect(await notify.push(push)).toEqual({ outcome: "busy", retryAfter: 1 });
  });
});
