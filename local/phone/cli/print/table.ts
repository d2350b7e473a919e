import { pad, widthOf } from "./columns.ts";

/** A phone as it is shown to the owner. */
export function nameOf({ name, platform }: { readonly name: string; readonly platform: string }): string {
  return `${printable(name)} (${platform})`;
}

/** A name without what would move the cursor, change colours or turn the line around: whoever takes an account over names their phone. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, "\ufffd");
}

/** Columns as wide as their widest cell. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of shown) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  return shown
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
