import { parse } from '@humanwhocodes/momoa'
import type { ValueNode } from '@humanwhocodes/momoa'

/** Not strict JSON. Says where and what, never what stood there. */
export class StrictJsonError extends Error {
  override name = 'StrictJsonError'
}

const MAX_DEPTH = 32

/**
 * Parses JSON of which there is one reading: no duplicate names, no `__proto__`, no number that would change by
 * being read, no invalid UTF-8, at most 32 levels.
 *
 * @throws StrictJsonError
 */
export function parseStrictJson(bytes: Buffer): unknown {
  const text = decode(bytes)
  refuseDepth(text)
  return valueOf(tree(text))
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new StrictJsonError('The body is not UTF-8.')
  }
}

/** Before parsing, which recurses. */
function refuseDepth(text: string): void {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (inString && character === '\\') at += 1
    else if (character === '"') inString = !inString
    else if (!inString && (character === '[' || character === '{')) depth += 1
    else if (!inString && (character === ']' || character === '}')) depth -= 1
    if (depth > MAX_DEPTH) throw new StrictJsonError(`The body is nested more than ${MAX_DEPTH} levels deep.`)
  }
}

function tree(text: string): ValueNode {
  try {
    return parse(text, { mode: 'json' }).body
  } catch {
    // the parser's own message quotes the body
    throw new StrictJsonError('The body is not JSON.')
  }
}

function valueOf(node: ValueNode): unknown {
  switch (node.type) {
    case 'Object':
      return objectOf(node)
    case 'Array':
      return node.elements.map(element => valueOf(element.value))
    case 'Number':
      return numberOf(node.value)
    case 'String':
    case 'Boolean':
      return node.value
    case 'Null':
      return null
    default:
      throw new StrictJsonError('The body is not JSON.')
  }
}

function objectOf({ members }: Extract<ValueNode, { type: 'Object' }>): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const { name, value } of members) {
    const key = name.type === 'String' ? name.value : name.name
    if (key === '__proto__') throw new StrictJsonError('The body has a field that is never allowed.')
    if (Object.hasOwn(object, key)) throw new StrictJsonError('The body has a field twice.')
    object[key] = valueOf(value)
  }
  return object
}

function numberOf(value: number): number {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw new StrictJsonError('The body has a number beyond what can be read exactly.')
  }
  return value
}
