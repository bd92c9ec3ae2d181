import { createHash } from 'node:crypto'
import { HOSTED_PATH, MAX_LOGO_BYTES, themeGrounds, type BodyOf, type ThemeName } from '@holdfast/contract'
import { contrast } from '@holdfast/contract/colour'
import type { Branding } from '@holdfast/contract/types'
import type { Refusal } from '@holdfast/core'
import type { Deps } from '../deps.ts'
import { readable, READABLE } from './colour.ts'

export type BrandingInput = NonNullable<BodyOf<'marketplace.update'>['branding']>

/** What is kept of a marketplace's branding; the logo's bytes stand in a column of their own. */
export interface StoredBranding {
  readonly theme?: ThemeName
  readonly accentColor?: string
  /** The logo's version: its hash. */
  readonly logo?: string
  readonly supportEmail?: string
  readonly termsUrl?: string
  readonly privacyUrl?: string
}

/** A change of branding, read and ready to be merged: null takes a part away, undefined leaves it. */
export interface BrandingChange {
  readonly fields: Readonly<Record<string, string | null | undefined>>
  /** Undefined: the logo stays as it is. */
  readonly logo: Buffer | null | undefined
}

/** By their first bytes: what a browser is told of a picture is what it is, whatever its sender said. */
const kinds: readonly { readonly type: string; readonly fits: (bytes: Buffer) => boolean }[] = [
  { type: 'image/png', fits: (bytes) => bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')) },
  { type: 'image/jpeg', fits: (bytes) => bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')) },
  { type: 'image/webp', fits: (bytes) => bytes.subarray(0, 4).toString('latin1') === 'RIFF' && bytes.subarray(8, 12).toString('latin1') === 'WEBP' },
]

/** What kind of picture bytes are; undefined: none of those that a logo may be. */
export function pictureType(bytes: Buffer): string | undefined {
  return kinds.find(({ fits }) => fits(bytes))?.type
}

/**
 * Reads a change of branding.
 *
 * @refuses validation_failed - the logo is no PNG, JPEG or WebP, or larger than 64 KiB
 */
export function readBranding({ logo: given, ...fields }: BrandingInput): BrandingChange | Refusal {
  if (given === undefined || given === null) return { fields: { ...fields, ...(given === null && { logo: null }) }, logo: given }
  const bytes = Buffer.from(given.slice(given.indexOf(',') + 1), 'base64')
  if (bytes.length > MAX_LOGO_BYTES) return wrong('logo', `expected a picture of at most 64 KiB; it has ${Math.ceil(bytes.length / 1024)} KiB.`)
  const type = pictureType(bytes)
  if (type === undefined) return wrong('logo', 'expected a PNG, JPEG or WebP; its first bytes are of none of them.')
  if (!given.startsWith(`data:${type};`)) return wrong('logo', `it says that it is another kind of picture than it is; expected data:${type};base64,….`)
  return { fields: { ...fields, logo: createHash('sha256').update(bytes).digest('base64url').slice(0, 16) }, logo: bytes }
}

/**
 * Puts a change over what is kept.
 *
 * @refuses validation_failed - the accent can't be read on the theme's light ground
 */
export function mergeBranding(kept: StoredBranding, { fields }: BrandingChange): StoredBranding | Refusal {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined)
  const merged = Object.fromEntries(Object.entries({ ...kept, ...Object.fromEntries(said) }).filter(([, value]) => value !== null)) as StoredBranding
  const { accentColor, theme = 'harbour' } = merged
  const ground = themeGrounds[theme].light
  if (accentColor === undefined || contrast(accentColor, ground) >= READABLE) return merged
  const is = (Math.floor(contrast(accentColor, ground) * 10) / 10).toFixed(1)
  return wrong('accentColor', `${accentColor} has a contrast of ${is} : 1 on the ground of ${theme} (${ground}), and buyers could not read it; expected ${READABLE} : 1 at least, such as ${readable(accentColor, ground)}.`)
}

function wrong(field: string, detail: string): Refusal {
  return { refused: 'validation_failed', field: `branding.${field}`, detail: `branding.${field}: ${detail}` }
}

/** Where a marketplace's logo is served; its hash stands in the address, so that it may be kept forever. */
export const logoPath = (marketplace: string, version: string): string => `${HOSTED_PATH}/${marketplace}/logo/${version}`

export function renderBranding({ publicUrl }: Pick<Deps, 'publicUrl'>, { marketplace_id: id, branding }: { marketplace_id: string; branding: StoredBranding }): Branding {
  const { theme = 'harbour', accentColor = null, logo, supportEmail = null, termsUrl = null, privacyUrl = null } = branding
  return { theme, accentColor, logoUrl: logo === undefined ? null : `${publicUrl()}${logoPath(id, logo)}`, supportEmail, termsUrl, privacyUrl }
}

/** The accent in each scheme; null: the theme's own. */
export function accentsOf({ accentColor, theme = 'harbour' }: StoredBranding): { readonly light: string; readonly dark: string } | null {
  return accentColor === undefined ? null : { light: accentColor, dark: readable(accentColor, themeGrounds[theme].dark) }
}
