import type { AxeResults } from 'axe-core'

interface Axe { run(context: Element, options: unknown): Promise<AxeResults> }

let loaded: Promise<Axe> | undefined

/** axe-core is no module: it is loaded as the script that it is. */
function load(): Promise<Axe> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = '/node_modules/axe-core/axe.min.js'
    script.onload = () => resolve((globalThis as unknown as { axe: Axe }).axe)
    script.onerror = () => reject(new Error('axe-core is not there'))
    document.head.append(script)
  })
}

/** What axe-core finds wrong with WCAG 2.2 AA inside an element, the frame's own document left out. */
export async function violations(element: Element): Promise<readonly string[]> {
  const axe = await (loaded ??= load())
  const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const { violations: found } = await axe.run(element, { runOnly, iframes: false, rules: { region: { enabled: false } } })
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}
