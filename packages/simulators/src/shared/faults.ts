/** What can go wrong on request; see the README's table for what is recorded and what the caller sees. */
export const faultKinds = [
  'timeout_recorded',
  'timeout_unrecorded',
  'hang',
  'slow',
  'reset_before_record',
  'reset_after_record',
  'http_500',
  'malformed_json',
  'unsigned',
  'wrong_signature',
  'decline',
] as const

export type FaultKind = (typeof faultKinds)[number]

/** Which of the coming requests a fault is for: those that fit everything given. */
export interface FaultRule {
  readonly fault: FaultKind
  readonly method?: string | undefined
  /** The whole path; `*` stands for one segment. */
  readonly path?: string | undefined
  readonly requestId?: string | undefined
  readonly merchantOrderNumber?: string | undefined
  readonly transferId?: string | undefined
  /** What is asked for, at a rail that has one path for all: `alipay.trade.query`. */
  readonly api?: string | undefined
  /** How many requests; default 1. */
  readonly count?: number | undefined
  /** For `slow`. */
  readonly ms?: number | undefined
  /** For `decline`: the response code; default `DECLINED`. */
  readonly responseCode?: string | undefined
}

export interface ArmedFault extends FaultRule {
  readonly id: string
  readonly remaining: number
}

/** What a request is known by. */
export interface RequestTraits {
  readonly method: string
  readonly path: string
  readonly requestId?: string | undefined
  readonly merchantOrderNumber?: string | undefined
  readonly transferId?: string | undefined
  readonly api?: string | undefined
}

/** The faults that are armed, in the order of arming; the first that fits a request is used up by one. */
export class Faults {
  #armed: (FaultRule & { id: string; remaining: number })[] = []
  #nextId = 1

  add(rule: FaultRule): ArmedFault {
    const armed = { ...rule, id: `flt_${this.#nextId++}`, remaining: rule.count ?? 1 }
    this.#armed.push(armed)
    return { ...armed }
  }

  pending(): ArmedFault[] {
    return this.#armed.map(fault => ({ ...fault }))
  }

  clear(): void {
    this.#armed = []
  }

  take(traits: RequestTraits): FaultRule | undefined {
    const found = this.#armed.find(fault => fits(fault, traits))
    if (!found) return undefined
    found.remaining -= 1
    if (found.remaining <= 0) this.#armed = this.#armed.filter(fault => fault !== found)
    return found
  }
}

function fits(rule: FaultRule, traits: RequestTraits): boolean {
  if (rule.method !== undefined && rule.method.toUpperCase() !== traits.method) return false
  if (rule.path !== undefined && !pathFits(rule.path, traits.path)) return false
  return (['requestId', 'merchantOrderNumber', 'transferId', 'api'] as const).every(
    key => rule[key] === undefined || rule[key] === traits[key],
  )
}

function pathFits(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  return (
    wanted.length === given.length && wanted.every((part, index) => part === '*' || part === given[index])
  )
}
