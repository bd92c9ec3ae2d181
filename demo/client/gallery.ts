/* The gallery: the component in each of its states, as the controls say. */

import { enter, standIn } from './gallery/stand-in.ts'
import { states, type Checkout, type State } from './gallery/states.ts'

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

/** It can be used, or says why it can't. */
const settled = (checkout: Checkout): Promise<unknown> =>
  new Promise((resolve) => {
    for (const type of ['ready', 'loaderror']) checkout.addEventListener(type, resolve, { once: true })
  })

/** Puts a state on the wall and waits until it looks as it does. */
async function show(state: State, { theme, scheme, language, width }: Choice): Promise<void> {
  const { secret: own, later } = enter(state)
  const checkout = document.createElement('holdfast-checkout') as Checkout
  const attributes = { 'client-secret': own, 'api-url': apiUrl, locale: language, appearance: `${theme} ${scheme}`, ...state.attributes }
  for (const [name, value] of Object.entries(attributes)) checkout.setAttribute(name, value)
  const figure = document.createElement('figure')
  const caption = document.createElement('figcaption')
  const room = document.createElement('div')
  caption.textContent = state.label
  room.className = `room ${scheme}`
  room.dataset['width'] = width
  room.append(checkout)
  figure.dataset['state'] = state.name
  figure.append(caption, room)
  const usable = state.reads === 'silence' ? undefined : settled(checkout)
  patience(state)
  wall.append(figure)
  await usable
  if (state.offline) Object.defineProperty(navigator, 'onLine', { configurable: true, value: false })
  later()
  await state.act?.(checkout)
  if (state.offline) Reflect.deleteProperty(navigator, 'onLine')
  figure.dataset['shown'] = ''
}

/** The next checkout to start waits as its state has it. */
function patience({ slowMs }: State): void {
  const component = customElements.get('holdfast-checkout') as unknown as Timed
  usual ??= component.timing
  component.timing = { ...usual, retryMs: 1, ...(slowMs !== undefined && { slowMs }) }
}
let usual: Timed['timing'] | undefined

/** Counts choices: a wall that is still being hung when another is asked for is left. */
let chosen = 0

async function hang(): Promise<void> {
  const mine = chosen += 1
  const asked = choice()
  wall.replaceChildren()
  document.documentElement.dataset['scheme'] = asked.scheme
  await customElements.whenDefined('holdfast-checkout')
  for (const state of states.filter(({ name }) => asked.state === 'all' || asked.state === name)) {
    if (mine !== chosen) return
    await show(state, asked)
  }
}

function choose(): void {
  history.replaceState(null, '', `?${new URLSearchParams({ ...choice() })}`)
  void hang()
}

function recall(): void {
  const picker = form.elements.namedItem('state') as HTMLSelectElement
  picker.append(...states.map(({ name, label }) => new Option(label, name)))
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
