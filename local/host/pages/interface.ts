import { escaped } from "../../../shared/http/page.ts";

/** A schema of OpenAPI 3.1, in the keywords that docs/openapi.json has. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

interface Media {
  readonly schema: Schema;
  readonly example?: unknown;
}

interface Answered {
  readonly $ref?: string;
  readonly description?: string;
  readonly content?: Readonly<Record<string, Media>>;
}

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly in?: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly description: string; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Answered>>;
}

/** docs/openapi.json, as far as it is shown. */
export interface Document {
  readonly info: { readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Answered>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

/** Every request of a document as markup: by tag, each with what it takes, gives and refuses; then the shared forms. */
export function interfaceOf(document: Document): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const [prefix = ""] = document.servers.map(({ url }) => url);
  const tags = document.tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return { name, description, own };
  });
  return [
    "<h2>Every request</h2>",
    paragraphs(document.info.description),
    `<nav aria-label="Requests"><ul>${tags.map(({ name }) => `<li><a href="#${name}">${name}</a>`).join("")}<li><a href="#forms">Shared forms</a></ul></nav>`,
    ...tags.flatMap(({ name, description, own }) => [
      `<h2 id="${name}">${name}</h2>`,
      paragraphs(description),
      ...own.map(({ path, method, operation }) =>
        operationOf(document, `${prefix}${path}`, method, operation),
      ),
    ]),
    '<h2 id="forms">Shared forms</h2>',
    ...Object.entries(document.components.schemas)
      // A problem's form is named by its code, which has a page of its own.
      .filter(([name]) => /^[A-Z]/.test(name))
      .map(([name, schema]) => `<h3 id="form-${name}">${name}</h3>${formOf(schema)}`),
  ].join("\n");
}

function operationOf(document: Document, path: string, method: string, operation: Operation): string {
  const { operationId, summary, description = "", parameters, requestBody, responses } = operation;
  const given = parameters.map((each) =>
    each.$ref ? followed(document.components.parameters, each.$ref) : each,
  );
  const answers = Object.entries(responses).map(([status, each]) => ({
    status,
    answer: each.$ref ? followed(document.components.responses, each.$ref) : each,
  }));
  const refusals = answers.filter(({ status }) => Number(status) >= 400);
  return `<details id="${operationId}">
<summary><span class="method">${method}</span> <code>${escaped(path)}</code><br>${escaped(summary)}</summary>
${paragraphs(description)}
${definitions(
  given.map(({ name = "", in: place = "", required, schema = {}, description: meaning = "" }) => ({
    term: nameOf(name, required === true),
    form: `${place}: ${typeOf(schema)}`,
    meaning: inline(meaning),
  })),
)}
${requestBody ? mediaOf("The body", requestBody.description, requestBody.content) : ""}
${answers
  .filter(({ status }) => Number(status) < 400)
  .map(({ status, answer }) => mediaOf(`Answer ${status}`, answer.description ?? "", answer.content ?? {}))
  .join("\n")}
<h4>Refusals</h4>
<ul>${refusals.map(({ status, answer }) => `<li>${status}: ${codesOf(answer)}`).join("\n")}</ul>
</details>`;
}

function mediaOf(title: string, description: string, content: Readonly<Record<string, Media>>): string {
  const media = content["application/json"];
  const example =
    media?.example === undefined
      ? ""
      : `<details><summary>Example</summary><pre tabindex="0" role="region" aria-label="Example of ${title}"><code>${escaped(JSON.stringify(media.example, undefined, 2))}</code></pre></details>`;
  return `<h4>${title}</h4>${paragraphs(description)}${media ? formOf(media.schema) : ""}${example}`;
}

/** The codes of a refusal, each a link to what it means. */
function codesOf({ description = "" }: Answered): string {
  const codes = description.match(/[a-z][a-z-]+/g) ?? [];
  return codes.map((code) => `<a href="/v1/problems/${code}"><code>${code}</code></a>`).join(", ");
}

/** A form: its members, or those of each of its alternatives. */
function formOf(schema: Schema): string {
  const { oneOf, description = "" } = schema;
  const alternatives = (oneOf ?? []).filter(({ properties }) => properties);
  const tables = alternatives.length > 0 ? alternatives : schema.properties ? [schema] : [];
  const forms = tables.map((each) => definitions(membersOf(each)));
  if (forms.length === 0) return `<p>${typeOf(schema)}</p>${paragraphs(description)}`;
  return paragraphs(description) + forms.join("<p>or</p>");
}

/** The members of an object, and below each those of an object in it that has no name of its own. */
function membersOf({ properties = {}, required = [] }: Schema, before = ""): Definition[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${before}${name}`;
    const row = {
      term: nameOf(path, required.includes(name)),
      form: typeOf(schema),
      meaning: inline(schema.description ?? ""),
    };
    const inner = schema.items ?? schema;
    return [row, ...(inner.properties ? membersOf(inner, `${path}${schema.items ? "[]" : ""}.`) : [])];
  });
}

function nameOf(name: string, needed: boolean): string {
  return `<code>${escaped(name)}</code>${needed ? "" : ' <span class="dim">optional</span>'}`;
}

/** A form in words, as markup. */
function typeOf(schema: Schema): string {
  const { $ref, const: only, enum: words, items, oneOf, anyOf, allOf, type, format, properties } = schema;
  if ($ref) return `<a href="#form-${nameIn($ref)}">${nameIn($ref)}</a>`;
  if (only !== undefined) return `<code>${escaped(JSON.stringify(only))}</code>`;
  if (words) return words.map((word) => `<code>${escaped(JSON.stringify(word))}</code>`).join(" or ");
  if (items) return `list of ${typeOf(items)}${rangeOf(schema.minItems, schema.maxItems, "")}`;
  const parts = oneOf ?? anyOf ?? allOf;
  if (parts) return parts.map(typeOf).join(allOf ? " and " : " or ");
  if (type === "object" || properties) return "object";
  const least =
    schema.minimum ?? (schema.exclusiveMinimum === undefined ? undefined : schema.exclusiveMinimum + 1);
  if (type === "string") {
    const pattern = schema.pattern ? `, <code>${escaped(schema.pattern)}</code>` : "";
    return (format ?? "text") + rangeOf(schema.minLength, schema.maxLength, " characters") + pattern;
  }
  return escaped([type ?? "anything"].flat().join(" or ")) + rangeOf(least, schema.maximum, "");
}

function rangeOf(least: number | undefined, most: number | undefined, unit: string): string {
  if (least === undefined && most === undefined) return "";
  if (most === undefined) return `, ${least}${unit} and more`;
  return `, ${least === undefined ? "at most" : `${least} to`} ${most}${unit}`;
}

/** A member or a parameter, each part as markup. */
interface Definition {
  readonly term: string;
  readonly form: string;
  readonly meaning: string;
}

/** Below each other rather than in columns, of which a narrow screen has no room for three. */
function definitions(rows: readonly Definition[]): string {
  const items = rows.map(
    ({ term, form, meaning }) =>
      `<dt>${term} <span class="dim">${form}</span></dt>${meaning ? `<dd>${meaning}</dd>` : ""}`,
  );
  return items.length === 0 ? "" : `<dl>${items.join("\n")}</dl>`;
}

/** Paragraphs of CommonMark, in which nothing but code and strong emphasis is used. */
function paragraphs(text: string): string {
  return text
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => `<p>${inline(paragraph)}</p>`)
    .join("\n");
}

function inline(text: string): string {
  return escaped(text)
    .replaceAll(/`([^`]+)`/g, "<code>$1</code>")
    .replaceAll(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>");
}

function nameIn(ref: string): string {
  return ref.slice(ref.lastIndexOf("/") + 1);
}

/** @throws {RangeError} the document names what it has not */
function followed<Part>(parts: Readonly<Record<string, Part>>, ref: string): Part {
  const part = parts[nameIn(ref)];
  if (part === undefined) throw new RangeError(`${ref} is not there`);
  return part;
}
