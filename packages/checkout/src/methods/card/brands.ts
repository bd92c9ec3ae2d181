import { svg, type SVGTemplateResult } from 'lit'
import type { CardBrand } from '@holdfast/contract/frame'
import { letters, plate } from '../marks.ts'

interface Brand {
  readonly name: string
  /** Drawn on a plate of 32 × 20. */
  readonly mark: SVGTemplateResult
}

const brands: Readonly<Record<string, Brand>> = {
  visa: { name: 'Visa', mark: svg`<g transform="skewX(-10) translate(1.8)">${letters('VISA', '#1a1f71', 10)}</g>` },
  mastercard: {
    name: 'Mastercard',
    mark: svg`<circle cx="12.5" cy="10" r="6" fill="#eb001b"/><circle cx="19.5" cy="10" r="6" fill="#f79e1b"/>
      <path d="M16 5.13a6 6 0 0 1 0 9.74 6 6 0 0 1 0-9.74" fill="#ff5f00"/>`,
  },
  amex: {
    name: 'American Express',
    mark: svg`<rect width="32" height="20" fill="#0a6cc7"/>${letters('AMEX', '#fff', 9)}`,
  },
  discover: {
    name: 'Discover',
    mark: svg`<path d="M32 11v9H10q14-2 22-9" fill="#f27712"/>${letters('DISC', '#231f20', 8)}`,
  },
  diners: {
    name: 'Diners Club',
    mark: svg`<circle cx="16" cy="10" r="7" fill="#0a5ca8"/>
      <path d="M14.3 5.2a5 5 0 0 0 0 9.6m3.4-9.6a5 5 0 0 1 0 9.6" fill="#fff"/>`,
  },
  jcb: {
    name: 'JCB',
    mark: svg`<rect x="6" y="3" width="6" height="14" rx="2" fill="#0e4c96"/>
      <rect x="13" y="3" width="6" height="14" rx="2" fill="#c8102e"/>
      <rect x="20" y="3" width="6" height="14" rx="2" fill="#1a7f37"/>`,
  },
  unionpay: {
    name: 'UnionPay',
    mark: svg`<g transform="skewX(-10) translate(2)"><path d="M6 3h7v14H6z" fill="#d7182a"/>
      <path d="M13 3h7v14h-7z" fill="#00447c"/><path d="M20 3h6v14h-6z" fill="#007b84"/></g>`,
  },
}

/** A brand's name as people write it; the wire's own word where it isn't known here. */
export function brandName(brand: string): string {
  return Object.hasOwn(brands, brand) ? (brands[brand] as Brand).name : brand
}

export function brandMark(brand: string): SVGTemplateResult {
  return plate(Object.hasOwn(brands, brand) ? (brands[brand] as Brand).mark : svg``)
}

export const isNamedBrand = (brand: CardBrand | null): brand is CardBrand => brand !== null && brand !== 'unknown'
