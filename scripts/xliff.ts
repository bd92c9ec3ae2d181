// XLIFF 2.0 as far as the languages need it: units of one segment with notes and placeholders. What is read is held
// to that strictly, so that a file that a tool has bent is refused and not half understood.

/** One sentence and its translation; `{name}` stands for a value in both. */
export interface Unit {
  readonly id: string
  readonly note?: string | undefined
  readonly source: string
  readonly target?: string | undefined
}

export interface Xliff {
  /** BCP 47; undefined in the file that others start from. */
  readonly language: string | undefined
  /** Units by the part that speaks them, in their order. */
  readonly files: ReadonlyMap<string, readonly Unit[]>
}

interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: (Element | string)[]
}

const namespace = 'urn:oasis:names:tc:xliff:document:2.0'
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const escaped = (text: string): string => text.replace(/[&<>]/g, sign => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] as string)
const plain = (text: string): string =>
  text.replace(/&(\w*);?/g, (found, name: string) => entities[name] ?? refuse(`the entity ${found}`))

function refuse(what: string): never {
  throw new Error(`This is no XLIFF of ours: ${what}.`)
}

/** The document's tree; refuses what is not well-formed, and doctypes, comments and sections, which nothing needs. */
function parseXml(text: string): Element {
  const root: Element = { name: '', attributes: new Map(), children: [] }
  const open = [root]
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/, '')
  const pattern = /<(\/)?([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/)?>|([^<]+)|(<)/g
  for (const [, closing, name = '', attributes = '', empty, words, stray] of body.matchAll(pattern)) {
    const inside = open.at(-1) as Element
    if (stray) refuse('a tag that is not closed')
    else if (words !== undefined) inside.children.push(plain(words))
    else if (closing) {
      if (inside.name !== name || attributes || empty) refuse(`</${name}> ends <${inside.name}>`)
      open.pop()
    } else {
      const element: Element = { name, attributes: attributesOf(attributes), children: [] }
      inside.children.push(element)
      if (!empty) open.push(element)
    }
  }
  const [document, more] = root.children.filter(child => typeof child !== 'string' || child.trim())
  if (open.length > 1 || more || !document || typeof document === 'string') return refuse('more or less than one whole element')
  return document
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = [...text.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, plain(value)] as const)
  const attributes = new Map(found)
  return attributes.size === found.length ? attributes : refuse(`an attribute twice: ${text}`)
}

const elementsIn = ({ name, children }: Element, allowed: string): readonly Element[] =>
  children.flatMap(child => {
    if (typeof child === 'string') return child.trim() ? refuse(`“${child.trim()}” in <${name}>`) : []
    return allowed.split(' ').includes(child.name) ? [child] : refuse(`<${child.name}> in <${name}>`)
  })

/** A sentence with its placeholders as `{name}`. */
function sentenceOf({ name, children }: Element): string {
  const parts = children.map(child => {
    if (typeof child === 'string') return child
    const id = child.attributes.get('id')
    return child.name === 'ph' && id && child.children.length === 0 ? `{${id}}` : refuse(`<${child.name}> in <${name}>`)
  })
  return parts.join('')
}

function unitOf(element: Element): Unit {
  const id = element.attributes.get('id') ?? refuse('a unit without an id')
  const [first, ...rest] = elementsIn(element, 'notes segment')
  const [segment, more] = first?.name === 'notes' ? rest : [first, ...rest]
  if (!segment || more || segment.name !== 'segment') return refuse(`${id} has not one segment`)
  const note = first?.name === 'notes' ? elementsIn(first, 'note').map(sentenceOf).join(' ') : undefined
  const [source, target, third] = elementsIn(segment, 'source target')
  if (source?.name !== 'source' || third || target?.name === 'source') return refuse(`${id} has not one source before its target`)
  return { id, note, source: sentenceOf(source), target: target && sentenceOf(target) }
}

/** @throws Error - it is not well-formed, or not of this shape */
export function parseXliff(text: string): Xliff {
  const { name, attributes, children } = parseXml(text)
  const shape = [name, attributes.get('xmlns'), attributes.get('version'), attributes.get('srcLang')].join(' ')
  if (shape !== `xliff ${namespace} 2.0 en`) return refuse(shape)
  const files = elementsIn({ name, attributes, children }, 'file').map(file => {
    const units = elementsIn(file, 'unit').map(unitOf)
    const twice = units.find(({ id }, at) => units.findIndex(unit => unit.id === id) !== at)
    return twice ? refuse(`${twice.id} is there twice`) : ([file.attributes.get('id') ?? refuse('a file without an id'), units] as const)
  })
  return { language: attributes.get('trgLang'), files: new Map(files) }
}

const written = (sentence: string): string => escaped(sentence).replace(/\{(\w+)\}/g, '<ph id="$1" disp="{$1}"/>')

function writtenUnit({ id, note, source, target }: Unit): string {
  const state = target === undefined ? 'initial' : 'final'
  return `    <unit id="${id}">${note ? `\n      <notes><note>${escaped(note)}</note></notes>` : ''}
      <segment state="${state}">
        <source>${written(source)}</source>${target === undefined ? '' : `\n        <target>${written(target)}</target>`}
      </segment>
    </unit>\n`
}

/** The text of a file; units without a target wait for a translator. */
export function writeXliff({ language, files }: Xliff): string {
  const parts = [...files].map(([id, units]) => `  <file id="${id}">\n${units.map(writtenUnit).join('')}  </file>\n`)
  const target = language ? ` trgLang="${language}"` : ''
  return `<?xml version="1.0" encoding="UTF-8"?>
<xliff xmlns="${namespace}" version="2.0" srcLang="en"${target} xml:space="preserve">
${parts.join('')}</xliff>
`
}
