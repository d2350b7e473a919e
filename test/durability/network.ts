import type { Random } from "./random.ts";

/** No answer came: the phone can't know whether the service did what it was asked. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

export interface Network {
  /** Rejects with {@link NoAnswer} and nothing else. */
  readonly fetch: typeof globalThis.fetch;
  /** Whether some connections are cut before their answer arrives. */
  unreliable: boolean;
  /** How many answers the phones never got. */
  lost: number;
}

/** What lies between the phones and the service. */
export function createNetwork(random: Random): Network {
  const network: Network = {
    unreliable: false,
    lost: 0,
    fetch: async (input, init) => {
      const cut = network.unreliable && random.chance(0.2);
      // Half of them after the service has answered, the others at any moment.
      const late = cut && random.chance(0.5);
      const signal = cut && !late ? AbortSignal.timeout(random.below(8)) : init?.signal;
      try {
        const response = await fetch(input, { ...init, signal: signal ?? null });
        const body = await response.text();
        if (late) throw new Error("cut after the answer");
        return new Response(body === "" ? null : body, response);
      } catch (cause) {
        network.lost++;
        throw new NoAnswer("the connection was cut", { cause });
      }
    },
  };
  return network;
}
