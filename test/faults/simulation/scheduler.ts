import { AsyncLocalStorage } from "node:async_hooks";
import type { Random } from "../../durability/random.ts";

interface Scheduler<Context> {
  /** Adds a task, which begins when it is chosen. */
  readonly spawn: (context: Context, task: () => Promise<unknown>) => void;
  /** Halts the calling task until it is chosen again. */
  readonly turn: () => Promise<void>;
  /** The context of the task that asks. */
  readonly context: () => Context | undefined;
  /** Runs until no task is left. @throws what a task rejected with, and leaves the others where they are */
  readonly run: () => Promise<void>;
}

interface Task<Context> {
  readonly context: Context;
  readonly halted: (() => void)[];
}

/**
 * Concurrency that a seed repeats: one task goes on until it halts or ends, then `random` chooses the next. So it does
 * not matter how long anything takes between two halts: the order of things is the same each time.
 */
export function createScheduler<Context>(random: Random): Scheduler<Context> {
  const running = new AsyncLocalStorage<Task<Context>>();
  const ready = new Set<Task<Context>>();
  let chosen: Task<Context> | undefined;
  let step = Promise.withResolvers<void>();

  return {
    spawn(context, task) {
      const added: Task<Context> = { context, halted: [] };
      const end = () => chosen === added && step.resolve();
      added.halted.push(
        () => void running.run(added, task).then(end, (error: unknown) => step.reject(error)),
      );
      ready.add(added);
    },

    turn() {
      const task = running.getStore();
      if (!task) return Promise.resolve();
      const resumed = new Promise<void>((resolve) => task.halted.push(resolve));
      ready.add(task);
      if (task === chosen) step.resolve();
      return resumed;
    },

    context: () => running.getStore()?.context,

    async run() {
      while (ready.size > 0) {
        chosen = [...ready][random.below(ready.size)];
        if (!chosen) return;
        ready.delete(chosen);
        step = Promise.withResolvers();
        for (const resume of chosen.halted.splice(0)) resume();
        await step.promise;
      }
    },
  };
}
