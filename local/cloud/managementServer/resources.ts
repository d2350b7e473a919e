/** A resource as a deployment makes it, and as a snapshot of one has it. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly apiVersion: string;
  // biome-ignore lint/suspicious/noExplicitAny: as deep as Azure's resources are, and each of another shape.
  readonly [member: string]: any;
}

/** What an id or the path of a collection names. */
export interface Named {
  /** `Microsoft.Web/sites/config` */
  readonly type: string;
  readonly isCollection: boolean;
}

/** @param path of a resource, or of all of one type below one: what follows the last `providers` is types and names by turns */
export function namedBy(path: string): Named | undefined {
  const [, namespace, rest = ""] = /\/providers\/([^/]+)\/((?:(?!\/providers\/).)+)$/i.exec(path) ?? [];
  if (namespace === undefined) return undefined;
  const parts = rest.split("/");
  const types = parts.filter((_, at) => at % 2 === 0);
  return { type: [namespace, ...types].join("/"), isCollection: parts.length % 2 === 1 };
}

/** Resources by their ids, of which neither case nor order matters to Azure. */
export interface Resources {
  get(id: string): Resource | undefined;
  set(resource: Resource): void;
  delete(id: string): void;
  /** Those whose ids lie below `path`, of the type. */
  below(path: string, type: string): Resource[];
  hasGroup(id: string): boolean;
  ids(): string[];
}

export function createResources(): Resources {
  const held = new Map<string, Resource>();
  const keyOf = (id: string) => id.toLowerCase();
  return {
    get: (id) => held.get(keyOf(id)),
    set: (resource) => void held.set(keyOf(resource.id), resource),
    delete: (id) => void held.delete(keyOf(id)),
    below: (path, type) =>
      [...held.values()].filter(
        (resource) =>
          keyOf(resource.type) === keyOf(type) && keyOf(resource.id).startsWith(`${keyOf(path)}/`),
      ),
    hasGroup: (id) => held.has(keyOf(id)),
    ids: () => [...held.values()].map(({ id }) => id),
  };
}
