import { constants, type KeyObject, privateDecrypt, randomUUID } from "node:crypto";
import { type Answer, refuse } from "./answer.ts";

/** Seconds since 1970-01-01T00:00:00Z, as in the protocol. */
interface Attributes {
  readonly enabled?: boolean;
  readonly nbf?: number;
  readonly exp?: number;
  /** When it was made; set by tests. */
  readonly created?: number;
}

interface Version {
  readonly version: string;
  readonly privateKey: KeyObject;
  /** Seconds since the epoch. */
  readonly created: number;
  attributes: Attributes;
}

interface Key {
  readonly versions: Version[];
  deleted: boolean;
}

type Permission = "get" | "unwrapKey" | "create" | "update";

/** A vault's keys, with what an operator can do to them. */
export interface TestVault {
  /** Makes the key, or a new version of it. @returns the full id with the version */
  create(name: string, attributes?: Attributes): Promise<string>;
  /** @param id with the version */
  update(id: string, attributes: Attributes): void;
  delete(name: string): void;
  recover(name: string): void;
  purge(name: string): void;
  /** What the caller's identity may do; everything until this is set. */
  permit(...permissions: readonly Permission[]): void;
  answer(operation: Permission, name: string, version: string, body: unknown): Answer | Promise<Answer>;
}

/** The keys of one vault, in memory, behind the answers that Azure Key Vault gives. */
export function createVault(url: string, newKey: () => Promise<KeyObject>): TestVault {
  const keys = new Map<string, Key>();
  let permitted: readonly Permission[] = ["get", "unwrapKey", "create", "update"];

  function known(name: string): Key {
    const key = keys.get(name);
    if (!key) throw new Error(`no key ${name}`);
    return key;
  }

  function setDeleted(name: string, deleted: boolean): void {
    known(name).deleted = deleted;
  }

  async function create(name: string, attributes: Attributes = {}): Promise<string> {
    const privateKey = await newKey();
    const version = randomUUID().replaceAll("-", "");
    const key = keys.get(name) ?? { versions: [], deleted: false };
    if (key.deleted) throw new Error("409 ObjectIsDeletedButRecoverable");
    key.versions.push({ version, privateKey, attributes, created: Math.floor(Date.now() / 1000) });
    keys.set(name, key);
    return `${url}/keys/${name}/${version}`;
  }

  /** As an operator asks for it: of the kind and with the operations that the service needs. */
  async function createAsked(name: string, body: unknown): Promise<Answer> {
    const {
      kty,
      key_size,
      key_ops = [],
    } = (body ?? {}) as { kty?: unknown; key_size?: unknown; key_ops?: string[] };
    if (!/^RSA(-HSM)?$/.test(String(kty)) || key_size !== 2048 || key_ops.join() !== "wrapKey,unwrapKey") {
      return refuse(
        400,
        "BadParameter",
        "The key's kind, size or operations are others than those of before.",
      );
    }
    await create(name);
    const made = keys.get(name)?.versions.at(-1);
    return made ? show(`${url}/keys/${name}`, made) : refuse(500, "InternalServerError", "no key");
  }

  return {
    create,
    update(id, attributes) {
      for (const { versions } of keys.values()) {
        for (const version of versions) if (id.endsWith(version.version)) version.attributes = attributes;
      }
    },
    delete: (name) => setDeleted(name, true),
    recover: (name) => setDeleted(name, false),
    purge: (name) => void keys.delete(name),
    permit: (...permissions) => {
      permitted = permissions;
    },
    answer(operation, name, version, body) {
      if (!permitted.includes(operation))
        return refuse(403, "Forbidden", "Caller is not authorized", "ForbiddenByRbac");
      const key = keys.get(name);
      const found = version ? key?.versions.find((held) => held.version === version) : key?.versions.at(-1);
      if (!found || key?.deleted)
        return refuse(404, "KeyNotFound", `A key with (name/id) ${name} was not found`);
      if (operation === "create") return createAsked(name, body);
      if (operation === "update") {
        const { attributes = {} } = (body ?? {}) as { attributes?: Attributes };
        found.attributes = { ...found.attributes, ...attributes };
        return show(`${url}/keys/${name}`, found);
      }
      return operation === "get"
        ? show(`${url}/keys/${name}`, found)
        : unwrapKey(`${url}/keys/${name}`, found, body);
    },
  };
}

/** A disabled key can still be read. */
function show(id: string, { version, privateKey, attributes, created }: Version): Answer {
  const { n, e } = privateKey.export({ format: "jwk" });
  const key = { kid: `${id}/${version}`, kty: "RSA", key_ops: ["wrapKey", "unwrapKey"], n, e };
  return { status: 200, body: { key, attributes: { enabled: true, created, ...attributes } } };
}

/** A key that has expired, or is not valid yet, still unwraps; a disabled one doesn't. */
function unwrapKey(id: string, { version, privateKey, attributes }: Version, body: unknown): Answer {
  if (attributes.enabled === false) {
    return refuse(403, "Forbidden", "Operation unwrapKey is not allowed on a disabled key.", "KeyDisabled");
  }
  const { alg, value } = (body ?? {}) as { alg?: unknown; value?: unknown };
  if (alg !== "RSA-OAEP-256" || typeof value !== "string") {
    return refuse(400, "BadParameter", "Property 'value' is required.");
  }
  try {
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
    const plaintext = privateDecrypt({ key: privateKey, ...padding }, Buffer.from(value, "base64url"));
    return { status: 200, body: { kid: `${id}/${version}`, value: plaintext.toString("base64url") } };
  } catch {
    return refuse(400, "BadParameter", "Error occurred while decoding OAEP padding.");
  }
}
