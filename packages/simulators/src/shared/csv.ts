/** One line of CSV: fields with a comma, quote or line break are quoted (RFC 4180). */
export function csvLine(fields: readonly string[]): string {
  return fields.map(field => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')
}
