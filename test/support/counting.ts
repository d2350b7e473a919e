import type { Adapters } from "../../functions/compose/services.ts";
import { ids, SERVICE_PARTITION } from "../../shared/store/items.ts";
import { isServiceKey } from "./marking.ts";

/** How often each call of the ports was made. */
export interface Counts {
  read: number;
  list: number;
  commit: number;
  unwrap: number;
  /**
   * What a process asks for once: it unwraps the service key, reads its check value, and stores that where there is
   * none. Counted here alone, and left out where there was nothing: most tests don't ask who comes first.
   */
  once?: number;
  /**
   * What sending the notices of a request costs, an operation of its own: it lists tokens and then contacts, and marks
   * notices, which nobody else does.
   */
  notices?: { list: number; commit: number };
}

/** What deliveries write: notices that are sent, tokens that are dead. */
const MARKED = /^(notice|push):/;

/** Counts the calls that go through the ports; budgets are asserted with it, since time says nothing. */
export function counting({ store, kek, ...rest }: Adapters, counts: Counts): Adapters {
  const countOnce = () => {
    counts.once = (counts.once ?? 0) + 1;
  };
  const counted = (partition: string, call: "read" | "list" | "commit") => {
    if (partition === SERVICE_PARTITION) countOnce();
    else counts[call]++;
  };
  /** Partitions whose tokens were just listed. */
  const reached = new Set<string>();
  const countNotices = (call: "list" | "commit") => {
    counts.notices ??= { list: 0, commit: 0 };
    counts.notices[call]++;
  };
  const isOfNotices = (partition: string, prefix: string) =>
    prefix === ids.push("")
      ? Boolean(reached.add(partition))
      : prefix === ids.contact("") && reached.delete(partition);
  return {
    ...rest,
    store: {
      ...store,
      read: (...call) => {
        counted(call[0], "read");
        return store.read(...call);
      },
      list: (...call) => {
        if (isOfNotices(...call)) countNotices("list");
        else counted(call[0], "list");
        return store.list(...call);
      },
      listIds: (...call) => {
        counted(call[0], "list");
        return store.listIds(...call);
      },
      commit: (...call) => {
        const isMark = call[1].every(({ kind, id }) => kind !== "create" && MARKED.test(id));
        if (isMark) countNotices("commit");
        else counted(call[0], "commit");
        return store.commit(...call);
      },
    },
    kek: {
      ...kek,
      unwrap: async (...call) => {
        // Only what comes out of it tells whose key it is. One that fails is a call all the same.
        counts.unwrap++;
        const plaintext = await kek.unwrap(...call);
        if (isServiceKey(plaintext)) {
          counts.unwrap--;
          countOnce();
        }
        return plaintext;
      },
    },
  };
}
