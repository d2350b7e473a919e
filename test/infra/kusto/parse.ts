import "@kusto/language-service-next/bridge.min.js";
import "@kusto/language-service-next/Kusto.Language.Bridge.min.js";

/** A node of a query's syntax tree, as Microsoft's own parser makes it. */
export interface Node {
  readonly kind: string;
  /** What it is of its parent: `Left`, `Condition`, … */
  readonly part: string;
  /** Of a token, as it was written. */
  readonly text: string;
  readonly children: readonly Node[];
}

/** The columns of a table, each with its type, as in `TimeGenerated: datetime`. */
export type Schema = Readonly<Record<string, readonly string[]>>;

// biome-ignore lint/suspicious/noExplicitAny: the package declares its types for scripts of a page, as globals of its own.
const { Language } = (globalThis as any).Kusto;

const KINDS = new Map(
  Object.entries(Language.Syntax.SyntaxKind).flatMap(([name, kind]) =>
    typeof kind === "number" ? [[kind, name] as const] : [],
  ),
);

/**
 * Parses a query, and binds each name in it to a column, a table or a function.
 * @throws {Error} with what the language service finds wrong
 */
export function parse(query: string, schema: Schema): Node {
  const tables = Object.entries(schema).map(([name, columns]) =>
    Language.Symbols.TableSymbol.From(`(${columns.join(", ")})`).WithName(name),
  );
  const database = new Language.Symbols.DatabaseSymbol.ctor("log", tables);
  const code = Language.KustoCode.ParseAndAnalyze(query, Language.GlobalState.Default.WithDatabase(database));
  const found = code.GetDiagnostics();
  const messages = Array.from({ length: found.Count }, (_, at) => found.getItem(at))
    .filter(({ Severity }) => Severity !== "Hidden")
    .map(({ Message, Start }) => `${Message} (at ${Start})`);
  if (messages.length > 0) throw new Error(`${messages.join("; ")}: ${query}`);
  return nodeOf(code.Syntax);
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
function nodeOf(syntax: any): Node {
  const children: Node[] = [];
  for (let at = 0; at < syntax.ChildCount; at++) {
    const child = syntax.GetChild(at);
    if (child) children.push(nodeOf(child));
  }
  return {
    kind: KINDS.get(syntax.Kind) ?? String(syntax.Kind),
    part: syntax.NameInParent ?? "",
    text: syntax.Text ?? "",
    children,
  };
}
