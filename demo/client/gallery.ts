/* The gallery: the components in each of their states, as the controls say. */

import { enter, standIn } from './gallery/stand-in.ts'
import { seen, never, type Component, type State } from './gallery/state.ts'
import { chosenBy, groups } from './gallery/states.ts'

interface Choice {
  readonly state: string
  readonly theme: string
  readonly scheme: string
  readonly language: string
  readonly width: string
}

/** What the component has for its own tests; of no use to a merchant. */
interface Timed {
  timing: Readonly<Record<string, number>>
}

const form = document.querySelector<HTMLFormElement>('#choice')!
const wall = document.querySelector<HTMLElement>('#wall')!
const { apiUrl, secret } = wall.dataset as { apiUrl: string; secret: string }

standIn({ apiUrl, clientSecret: secret })

function choice(): Choice {
  return Object.fromEntries(new FormData(form)) as unknown as Choice
}

/** It can be used, or says why it can't; an order is drawn. */
function settled(component: Component, { reads, tickets, order }: State): Promise<unknown> | undefined {
  if (reads === 'silence' || tickets === 'silence') return undefined
  if (order) return seen(component, '.base > :not(.waiting-shape, .sr)')
  return new Promise((resolve) => {
    for (const type of ['ready', 'loaderror']) component.addEventListener(type, resolve, { once: true })
  })
}

/** Puts a state on the wall and waits until it looks as it does. */
async function show(state: State, { theme, scheme, language, width }: Choice): Promise<void> {
  const { secret: own, later } = enter(state)
  const kind = state.order ? 'order' : 'checkout'
  const component = document.createElement(`holdfast-${kind}`) as Component
  const attributes = {
    [state.order ? 'buyer-secret' : 'client-secret']: own, 'api-url': apiUrl, locale: language,
    appearance: `${theme} ${scheme}`, ...state.attributes,
  }
  for (const [name, value] of Object.entries(attributes)) component.setAttribute(name, value)
  const figure = document.createElement('figure')
  const caption = document.createElement('figcaption')
  const room = document.createElement('div')
  caption.textContent = state.label
  room.className = `room ${scheme}`
  room.dataset['width'] = width
  room.append(component)
  figure.dataset['state'] = state.name
  figure.append(caption, room)
  patience(`holdfast-${kind}`, state)
  // an order's shadow is there once it stands on the page; a checkout may be ready as soon
  const usable = state.order ? undefined : settled(component, state)
  wall.append(figure)
  await (usable ?? settled(component, state))
  if (state.offline) Object.defineProperty(navigator, 'onLine', { configurable: true, value: false })
  later()
  await state.act?.(component)
  if (state.offline) Reflect.deleteProperty(navigator, 'onLine')
  figure.dataset['shown'] = ''
}

/** The next component of a kind to start waits as its state has it. */
function patience(kind: string, { slowMs, tickets }: State): void {
  const component = customElements.get(kind) as unknown as Timed
  const usual = usuals.get(kind) ?? component.timing
  usuals.set(kind, usual)
  component.timing = { ...usual, retryMs: 1, ...(slowMs !== undefined && { slowMs }), ...(tickets === 'silence' && { frameReadyMs: never }) }
}
const usuals = new Map<string, Timed['timing']>()

/** Counts choices: a wall that is still being hung when another is asked for is left. */
let chosen = 0

async function hang(): Promise<void> {
  const mine = chosen += 1
  const asked = choice()
  wall.replaceChildren()
  document.documentElement.dataset['scheme'] = asked.scheme
  delete wall.dataset['hung']
  await Promise.all(['checkout', 'order'].map((kind) => customElements.whenDefined(`holdfast-${kind}`)))
  for (const state of chosenBy(asked.state)) {
    if (mine !== chosen) return
    await show(state, asked)
  }
  if (mine === chosen) wall.dataset['hung'] = ''
}

function choose(): void {
  history.replaceState(null, '', `?${new URLSearchParams({ ...choice() })}`)
  void hang()
}

function recall(): void {
  const picker = form.elements.namedItem('state') as HTMLSelectElement
  for (const { name, label, states } of groups) {
    const group = document.createElement('optgroup')
    group.label = label
    group.append(...[{ name, label: 'All of these' }, ...states].map((option) => new Option(option.label, option.name)))
    picker.append(group)
  }
  for (const [name, value] of new URLSearchParams(location.search)) {
    const control = form.elements.namedItem(name)
    if (control instanceof HTMLSelectElement && [...control.options].some((option) => option.value === value)) control.value = value
  }
}

recall()
form.addEventListener('change', choose)
form.addEventListener('submit', (event) => {
  event.preventDefault()
  choose()
})
void hang()
