import type { Adapters } from "../../functions/compose/services.ts";

/** How often each call of the ports was made. */
export interface Counts {
  read: number;
  list: number;
  commit: number;
  unwrap: number;
}

/** Counts the calls that go through the ports; budgets are asserted with it, since time says nothing. */
export function counting({ store, kek }: Adapters, counts: Counts): Adapters {
  return {
    store: {
      ...store,
      read: (...call) => {
        counts.read++;
        return store.read(...call);
      },
      list: (...call) => {
        counts.list++;
        return store.list(...call);
      },
      commit: (...call) => {
        counts.commit++;
        return store.commit(...call);
      },
    },
    kek: {
      ...kek,
      unwrap: (...call) => {
        counts.unwrap++;
        return kek.unwrap(...call);
      },
    },
  };
}
