import { newId, type BodyOf } from '@holdfast/contract'
import type { Details, PaymentLink } from '@holdfast/contract/types'
import type { PaymentConnector, Refusal } from '@holdfast/core'
import { oneByOne, type Call, type Command } from '../commands/execute.ts'
import { wrong } from '../commands/lines.ts'
import { knownSellers, refuseTerms } from '../commands/new-session.ts'
import { referenceTaken, takenReferences } from '../commands/references.ts'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { newSlug } from './slug.ts'
import { readPaymentLinks } from './store.ts'

type Create = BodyOf<'paymentLinks.create'>

type Input = Omit<Create, 'details'> & {
  readonly details?: Partial<Details> | undefined
  readonly connector: PaymentConnector
} & Pick<Deps, 'publicUrl'>

const THIRTY_DAYS_MINUTES = 43_200

/** Makes links: what they sell is checked as a session's terms are, so that a link that can't be paid isn't made. */
export const createPaymentLink: Command<Input, PaymentLink> = {
  name: 'paymentLinks.create',
  run: oneByOne(createOne),
}

async function createOne(tx: Tx, { marketplace, input, now }: Call<Input>): Promise<PaymentLink | Refusal> {
  const { reference, currency, maxUses = 1, expiresInMinutes = THIRTY_DAYS_MINUTES, connector: _rail, publicUrl, ...sells } = input
  const refusal = refuseTerms(input, await knownSellers(tx, marketplace, input.lines)) ?? refuseManyOfOne(input)
  if (refusal) return refusal
  const existing = (await takenReferences(tx, marketplace, { table: 'payment_links', references: [reference] })).get(reference)
  if (existing !== undefined) return referenceTaken('payment_links', { reference, existing })
  const id = newId('paymentLink')
  await tx.db.insertInto('payment_links').values({
    marketplace_id: marketplace, id, slug: newSlug(marketplace), reference, currency, max_uses: maxUses,
    amount: BigInt(input.lines.reduce((sum, { amount }) => sum + amount, 0)), sells: JSON.stringify(sells),
    expires_at: new Date(now.getTime() + expiresInMinutes * 60_000), created_at: now,
  }).execute()
  const [link] = await readPaymentLinks({ db: tx.db, publicUrl }, marketplace, [id])
  return link!
}

/** A link that several may pay would put one buyer's name on all of their orders, and show it to each of them. */
function refuseManyOfOne({ maxUses = 1, buyer, details }: Input): Refusal | null {
  const named = buyer ? 'buyer' : details ? 'details' : null
  return maxUses > 1 && named ? wrong(named, `a link that can be paid ${maxUses} times has no one buyer; leave it out, or make a link for each.`) : null
}
