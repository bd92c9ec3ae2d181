import type { CheckoutView } from '@holdfast/server'
import type { State, Trouble } from './state.ts'

/*
 * The API of the gallery: it stands between its checkouts and the real one. A read gets the real session's view as the
 * state has it; the card form's ticket is a real one, because its frame is; nothing is ever paid.
 */

export interface Backing {
  readonly apiUrl: string
  readonly clientSecret: string
}

/** A state on the page, which its checkout finds again by the secret that it was given. */
interface Stage {
  readonly state: State
  later: boolean
}

const stages = new Map<string, Stage>()
const network = globalThis.fetch.bind(globalThis)

/** The secret of a checkout that shows a state. */
export function enter(state: State): { readonly secret: string; readonly later: () => void } {
  const secret = `gallery_${stages.size}_${state.name}`
  const stage = { state, later: false }
  stages.set(`Bearer ${secret}`, stage)
  return { secret, later: () => { stage.later = true } }
}

export function standIn({ apiUrl, clientSecret }: Backing): void {
  const real = (path: string, init?: RequestInit): Promise<Response> =>
    network(apiUrl + path, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), authorization: `Bearer ${clientSecret}` } })
  let view: Promise<CheckoutView> | undefined
  const read = (init?: RequestInit): Promise<CheckoutView> =>
    view ??= real('/v1/checkout', { headers: init?.headers ?? {} }).then((response) => response.json() as Promise<CheckoutView>)
  globalThis.fetch = async (target, init) => {
    const stage = stages.get(new Headers(init?.headers).get('authorization') ?? '')
    if (!stage) return network(target, init)
    const { state, later } = stage
    const { pathname, search } = new URL(target instanceof Request ? target.url : target)
    if (/\/(?:accept|dispute)$/.test(pathname)) return meet(state.pays ?? 'silence', init)
    if (pathname.endsWith('/address-format')) return real(pathname + search, init)
    if (pathname.endsWith('/details') && state.keeps) return meet(state.keeps, init)
    if (pathname.endsWith('/frame-ticket')) return state.tickets ? meet(state.tickets, init) : real(pathname, init)
    if (pathname.endsWith('/confirm')) return meet(state.pays ?? 'silence', init)
    if (pathname.endsWith('/events')) return meet('silence', init)
    if (state.reads) return meet(state.reads, init)
    if (state.order) return Response.json(state.order)
    const change = (later ? state.later : undefined) ?? state.view ?? ((same: CheckoutView) => same)
    return Response.json(change(await read(init)))
  }
}

async function meet(trouble: Trouble, init?: RequestInit): Promise<Response> {
  if (trouble === 'cut') throw new TypeError('the wire is cut')
  if (trouble === 'silence') return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new TypeError('given up'))))
  const { refused: code, status, errors } = trouble
  return Response.json({ code, status, detail: 'As the gallery has it.', errors }, { status })
}
