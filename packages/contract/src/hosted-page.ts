import * as z from 'zod'
import { emailSchema } from './fields.ts'

/* The hosted page: where it is, and how it looks where its marketplace says so. */

/** Where it is, with the marketplace after it. */
export const HOSTED_PATH = '/pay'

/** The finished looks, each with the grounds that its text stands on; the checkout's themes are the same. */
export const themeGrounds = {
  harbour: { light: '#ffffff', dark: '#0e161d' },
  ledger: { light: '#ffffff', dark: '#0f1216' },
  hearth: { light: '#fffaf4', dark: '#211a1c' },
} as const

export type ThemeName = keyof typeof themeGrounds
export const themeNames = Object.keys(themeGrounds) as [ThemeName, ...ThemeName[]]

/** Of a logo, as bytes. */
export const MAX_LOGO_BYTES: number = 64 * 1024

const httpsUrl = z.url({ protocol: /^https$/, error: 'expected an https address, such as https://shop.example/terms' }).max(500)
const logo = z.string().regex(/^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}$/, 'expected a PNG, JPEG or WebP as data:image/png;base64,…')
  .max(Math.ceil(MAX_LOGO_BYTES / 3) * 4 + 'data:image/jpeg;base64,'.length, 'expected a picture of at most 64 KiB')

export const brandingInputSchema = z.strictObject({
  theme: z.enum(themeNames).optional(),
  accentColor: z.string().regex(/^#[0-9a-f]{6}$/i, 'expected a colour as #rrggbb, such as #0b5c78').nullable().optional()
    .meta({ description: 'Of the pay button, links and the focus ring. It needs a contrast of 4.5 : 1 on the theme’s light ground; in the dark scheme it is lightened until it has that there. Null: the theme’s own.' }),
  logo: logo.nullable().optional().meta({ description: 'A PNG, JPEG or WebP of at most 64 KiB, as a data: URL. Null: the name alone.' }),
  supportEmail: emailSchema.nullable().optional(),
  termsUrl: httpsUrl.nullable().optional(),
  privacyUrl: httpsUrl.nullable().optional(),
}).meta({ id: 'BrandingInput', description: 'What is left out stays; null takes it away.' })

export const brandingSchema = z.object({
  theme: z.enum(themeNames),
  accentColor: z.string().nullable(),
  logoUrl: z.string().nullable().meta({ description: 'Where the hosted page has it from.' }),
  supportEmail: z.string().nullable(),
  termsUrl: z.string().nullable(),
  privacyUrl: z.string().nullable(),
}).meta({ id: 'Branding', description: 'How the hosted page looks.' })
