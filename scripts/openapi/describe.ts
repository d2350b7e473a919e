import { meanings } from "./meanings.ts";

/** Any part of a document. */
type Node = Record<string, unknown>;

export interface Described<Document> {
  readonly document: Document;
  /** Members that {@link meanings} has nothing for, by where they stand, the innermost last. */
  readonly missing: readonly string[];
  /** Meanings that no member has. */
  readonly unused: readonly string[];
}

/** The document with what each parameter and member means, where it doesn't say so itself. */
export function described<Document extends object>(plain: Document): Described<Document> {
  const document = structuredClone(plain);
  const used = new Set<string>();
  const missing = new Set<string>();

  function describe(node: Node, name: string, within: readonly string[]): void {
    if (node.description !== undefined) return;
    const key = keysOf(name, within).find((each) => Object.hasOwn(meanings, each));
    if (key === undefined) missing.add([...within, name].join("."));
    else {
      used.add(key);
      node.description = meanings[key];
    }
  }

  /** @param within what the node stands in, the innermost last */
  function walk(node: unknown, within: readonly string[]): void {
    if (Array.isArray(node)) for (const each of node) walk(each, within);
    if (!isNode(node)) return;
    if (isNode(node.properties)) {
      for (const [name, schema] of Object.entries(node.properties)) {
        if (!isNode(schema)) continue;
        describe(schema, name, within);
        walk(schema, [...within, name]);
      }
    }
    for (const [keyword, value] of Object.entries(node)) {
      if (!NOT_SCHEMAS.has(keyword)) walk(value, within);
    }
  }

  const { paths, components } = document as { paths: Node; components: { schemas: Node } };
  for (const operation of Object.values(paths).flatMap((methods) =>
    Object.values(methods as Node),
  ) as Node[]) {
    const within = [String(operation.operationId)];
    for (const parameter of operation.parameters as Node[]) {
      if (typeof parameter.name === "string") describe(parameter, parameter.name, within);
    }
    walk(operation.requestBody, [...within, "body"]);
    walk(operation.responses, within);
  }
  for (const [name, schema] of Object.entries(components.schemas)) walk(schema, [name]);
  return {
    document,
    missing: [...missing],
    unused: Object.keys(meanings).filter((key) => !used.has(key)),
  };
}

/** Where examples hold what looks like a schema. */
const NOT_SCHEMAS: ReadonlySet<string> = new Set(["properties", "example", "examples", "headers"]);

/** Under what a meaning may stand, the most particular first: `operation.body.name`, `operation.name`, `member.name`, `name`. */
function keysOf(name: string, within: readonly string[]): string[] {
  const [outermost = ""] = within;
  const inBody = within[1] === "body" && within.length === 2 ? [`${outermost}.body.${name}`] : [];
  const innermost = within.at(-1) ?? "";
  const ofOutermost = within.length === 1 + inBody.length ? [`${outermost}.${name}`] : [];
  return [...inBody, ...ofOutermost, `${innermost}.${name}`, name];
}

function isNode(node: unknown): node is Node {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}
