import type { CardBrand } from '@holdfast/contract/frame'

/** Letters on a plain card, drawn here: brands' own marks are theirs. */
const letters: Readonly<Record<CardBrand, string>> = {
  visa: 'VISA',
  mastercard: 'MC',
  amex: 'AMEX',
  discover: 'DISC',
  diners: 'DINERS',
  jcb: 'JCB',
  unionpay: 'UPAY',
  unknown: '',
}

const SVG = 'http://www.w3.org/2000/svg'

function shape(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}

/** A small card with the brand's letters; without them, with a stripe and a chip. Its name is read by the field's hint. */
export function brandMark(brand: CardBrand, title: string): SVGElement {
  const svg = shape('svg', {
    viewBox: '0 0 40 26',
    width: '40',
    height: '26',
    'aria-hidden': 'true',
    'data-brand': brand,
  })
  svg.append(
    shape('rect', { x: '.75', y: '.75', width: '38.5', height: '24.5', rx: '4', class: 'mark-card' }),
  )
  if (letters[brand] === '') {
    svg.append(
      shape('rect', { x: '.75', y: '6', width: '38.5', height: '4.5', class: 'mark-ink' }),
      shape('rect', { x: '5', y: '15.5', width: '9', height: '4.5', rx: '1', class: 'mark-ink' }),
    )
    return svg
  }
  const text = shape('text', {
    x: '20',
    y: '13.5',
    'text-anchor': 'middle',
    'dominant-baseline': 'central',
    class: 'mark-text',
  })
  text.textContent = letters[brand]
  const name = shape('title', {})
  name.textContent = title
  svg.append(name, text)
  return svg
}
