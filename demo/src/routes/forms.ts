import type { FastifyRequest } from 'fastify'
import { parseMoney } from '../view/format.ts'

/** A refusal that the visitor can mend: shown on the page to which the form goes back. */
export class Refused extends Error {}

/** Something that there is not, or not for this visitor: both look the same. */
export class NotThere extends Error {}

/** A form's fields, as text. */
export function fields(request: FastifyRequest): (name: string) => string {
  const body = typeof request.body === 'object' && request.body !== null ? request.body as Record<string, unknown> : {}
  return (name) => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined
    return typeof value === 'string' ? value.trim() : ''
  }
}

/** A part of the address, or of its query. */
export function part(from: unknown, name: string): string {
  const bag = typeof from === 'object' && from !== null ? from as Record<string, unknown> : {}
  const value = Object.hasOwn(bag, name) ? bag[name] : undefined
  return typeof value === 'string' ? value : ''
}

/** Minor units of the amount that a person typed. */
export function amountField(text: string, currency: string): number {
  const amount = parseMoney(text, currency)
  if (amount === null || amount === 0) throw new Refused(`Amount: “${text}” is not an amount of ${currency}. Write it as 1250.00.`)
  return amount
}
