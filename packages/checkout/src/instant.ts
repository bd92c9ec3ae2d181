/** Writes an instant in full, with the zone: a deadline without one is a guess. */
export function formatInstant(instant: string, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, {
    year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short',
  })
  return format.format(Date.parse(instant))
}
