/**
 * A text of a snapshot in which an expression is left since a deployment alone knows what it is.
 * @param known what stands for such a part
 */
export function resolved(text: string, known: (expression: string) => string): string {
  const [, inner] = /^\[format\((.*)\)\]$/s.exec(text) ?? [];
  if (inner === undefined) return /^\[reference\(.*\]$/s.test(text) ? known(text) : text;
  const [format = "", ...values] = argumentsOf(inner).map((argument) => {
    const [, literal] = /^'(.*)'$/s.exec(argument) ?? [];
    return literal?.replaceAll("''", "'") ?? known(argument);
  });
  return format.replace(/\{(\d+)\}/g, (_, at) => values[Number(at)] ?? "");
}

/** What stands between commas outside of texts and brackets. */
function argumentsOf(inner: string): string[] {
  const found = [""];
  let depth = 0;
  for (const token of inner.match(/'(?:[^']|'')*'|[(),]|[^'(),]+/g) ?? []) {
    if (token === "(") depth++;
    if (token === ")") depth--;
    if (token === "," && depth === 0) found.push("");
    else found[found.length - 1] += token;
  }
  return found.map((argument) => argument.trim());
}
