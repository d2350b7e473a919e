type Method = (...args: never[]) => Promise<unknown>;

/**
 * A port that is opened as soon as this turn of the event loop is over, and may be called before. The SDKs take
 * longer to load than all the rest of the app: its functions are registered first, so a cold start is over sooner.
 * @param methods all that the port has
 */
export function openedSoon<Port extends { readonly [Name in keyof Port]: Method }>(
  open: () => Promise<Port>,
  methods: Readonly<Record<keyof Port, true>>,
): Port {
  const opening = soon(open);
  const names = Object.keys(methods) as (keyof Port)[];
  const entries = names.map((name): [PropertyKey, Method] => [
    name,
    async (...args) => await (await opening)[name](...args),
  ]);
  return Object.fromEntries(entries) as Port;
}

async function soon<Port>(open: () => Promise<Port>): Promise<Port> {
  await new Promise(setImmediate);
  return await open();
}
