export type FlatValue = string | number | boolean

/** What is wrong with a text that was to be a flat object, and under which name it stands. */
export interface FlatFault {
  readonly field: string | undefined
  readonly fault: string
}

const textPattern = String.raw`"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`
const blank = String.raw`[ \t\n\r]*`
const namePattern = new RegExp(`${blank}(${textPattern})${blank}:${blank}`, 'uy')
const valuePattern = new RegExp(String.raw`(${textPattern}|-?(?:0|[1-9]\d*)|true|false)${blank}`, 'uy')

/**
 * Reads a JSON object of strings, whole numbers and booleans, each name once. JSON.parse would keep the last of
 * two equal names and let a second `alg` or `exp` by; here names are compared after their escapes are read.
 */
export function parseFlatObject(text: string): ReadonlyMap<string, FlatValue> | FlatFault {
  const inside = /^[ \t\n\r]*\{([^]*)\}[ \t\n\r]*$/.exec(text)?.[1]
  if (inside === undefined) return { field: undefined, fault: 'is not a JSON object' }
  const entries = new Map<string, FlatValue>()
  if (/^[ \t\n\r]*$/.test(inside)) return entries
  for (let at = 0; ;) {
    const entry = readEntry(inside, at)
    if ('fault' in entry) return entry
    if (entries.has(entry.name)) return { field: entry.name, fault: 'stands there twice' }
    entries.set(entry.name, entry.value)
    if (entry.end === inside.length) return entries
    if (inside[entry.end] !== ',') return { field: entry.name, fault: 'is followed by something else than a comma' }
    at = entry.end + 1
  }
}

interface Entry {
  readonly name: string
  readonly value: FlatValue
  readonly end: number
}

function readEntry(text: string, at: number): Entry | FlatFault {
  namePattern.lastIndex = at
  const rawName = namePattern.exec(text)?.[1]
  if (rawName === undefined) return { field: undefined, fault: 'is not a JSON object' }
  const name = JSON.parse(rawName) as string
  valuePattern.lastIndex = namePattern.lastIndex
  const raw = valuePattern.exec(text)?.[1]
  if (raw === undefined) return { field: name, fault: 'is not a string, a whole number or a boolean' }
  const read = JSON.parse(raw) as FlatValue
  const fault = [name, read].some(isBadText) ? 'has control characters or half a surrogate pair' : undefined
  return fault === undefined ? { name, value: read, end: valuePattern.lastIndex } : { field: name, fault }
}

const isBadText = (item: FlatValue): boolean =>
  typeof item === 'string' && (/\p{Cc}/u.test(item) || !item.isWellFormed())
