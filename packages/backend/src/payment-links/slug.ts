import { idPrefixes, idSuffix } from '@holdfast/contract'
import { fewRandomBytes } from '../random.ts'

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const RANDOM_DIGITS = 26

const shape = new RegExp(`^([0-7][${DIGITS}]{25})-[${DIGITS}]{${RANDOM_DIGITS}}$`)

/** What stands for a new link in its URL: its marketplace, from which every look-up starts, and 130 random bits. */
export function newSlug(marketplace: string): string {
  const digits = [...fewRandomBytes(RANDOM_DIGITS)].map((byte) => DIGITS[byte & 31])
  return `${idSuffix(marketplace)}-${digits.join('')}`
}

/** The marketplace that a slug names; null: it is no slug of ours. */
export function marketplaceOf(slug: string): string | null {
  const match = shape.exec(slug)
  return match && `${idPrefixes.marketplace}_${match[1]}`
}
