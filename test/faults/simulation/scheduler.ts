import { AsyncLocalStorage } from "node:async_hooks";
import type { Random } from "../../durability/random.ts";

interface Scheduler<Context> {
  /** Adds a task, which begins when it is chosen. */
  readonly spawn: (context: Context, task: () => Promise<unknown>) => void;
  /** Halts the calling task until it is chosen again. */
  readonly turn: () => Promise<void>;
  /** Runs what takes its time, such as a call of a store: meanwhile no other task goes on. */
  readonly during: <Result>(act: () => Promise<Result>) => Promise<Result>;
  /** The context of the task that asks. */
  readonly context: () => Context | undefined;
  /** Runs until no task is left. @throws what a task rejected with, and leaves the others where they are */
  readonly run: () => Promise<void>;
}

interface Task<Context> {
  readonly context: Context;
  readonly halted: (() => void)[];
  /** How many of its calls are under way: a task may make several at once. */
  calls: number;
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

  /** Ends the step once every strand of the task has halted: those that were just answered first make their next call. */
  function rest(task: Task<Context>): void {
    setImmediate(() => {
      if (task === chosen && task.calls === 0 && task.halted.length > 0) step.resolve();
    });
  }

  return {
    spawn(context, task) {
      const added: Task<Context> = { context, halted: [], calls: 0 };
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
      rest(task);
      return resumed;
    },

    async during(act) {
      const task = running.getStore();
      if (!task) return await act();
      task.calls++;
      try {
        return await act();
      } finally {
        task.calls--;
        rest(task);
      }
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
