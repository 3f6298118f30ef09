/** A table as a file a spreadsheet opens: what is shown is what is written. */

/** RFC 4180 text with a byte order mark (spreadsheets otherwise misread Chinese); cells that look like formulas are defused. */
export function toCsv(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [header, ...rows].map((row) => row.map(cell).join(","));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

function cell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function saveCsv(name: string, header: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  saveFile(name, new Blob([toCsv(header, rows)], { type: "text/csv;charset=utf-8" }));
}
