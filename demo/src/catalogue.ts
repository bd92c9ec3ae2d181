import type { ArtName } from './art.ts'

/** A seller of the demo; its Holdfast seller is found by `reference`. */
export interface Shop {
  readonly reference: string
  readonly name: string
  readonly place: string
  readonly country: string
  readonly since: number
  readonly email: string
  /** The platform's fee in basis points of the price. */
  readonly feeBps: number
  /** Where it is paid out to, for each currency that the shop sells in. */
  readonly accounts: Readonly<Record<Currency, Account>>
}

/** A bank account, as banks number it: by routing number in the US, elsewhere by IBAN. */
export type Account =
  | { readonly country: 'US'; readonly routingNumber: string; readonly accountNumber: string }
  | { readonly country: string; readonly iban: string }

export interface Product {
  readonly slug: string
  readonly shop: string
  readonly name: string
  readonly line: string
  readonly art: ArtName
  /** List prices in minor units; none is worked out from another. */
  readonly prices: Readonly<Record<Currency, number>>
  readonly unit: string
  readonly minimum: number
  readonly leadDays: number
  readonly incoterm: string
  readonly shipping: 'express' | 'air' | 'sea' | 'warehouse'
  readonly hsCode: string
  readonly specifications: Readonly<Record<string, string>>
  readonly about: string
}

/** What the shop sells in. */
export const currencies = ['USD', 'CNY'] as const

export type Currency = (typeof currencies)[number]

/** The currency that a text names; the first where it names none of them. */
export function currencyOf(text: string | undefined): Currency {
  return currencies.find((currency) => currency === text) ?? currencies[0]
}

export const shops: readonly Shop[] = [
  { reference: 'lathes-and-co', name: 'Lathes & Co.', place: 'Cleveland, Ohio', country: 'US', since: 1987, email: 'sales@lathes.example', feeBps: 300,
    accounts: { USD: { country: 'US', routingNumber: '121042882', accountNumber: '000481516234' }, CNY: { country: 'GB', iban: 'GB29NWBK60161331926819' } } },
  { reference: 'hangzhou-precision', name: 'Hangzhou Precision Works', place: 'Hangzhou, Zhejiang', country: 'CN', since: 2004, email: 'export@hzpw.example', feeBps: 250,
    accounts: { USD: { country: 'US', routingNumber: '021000021', accountNumber: '77120043981' }, CNY: { country: 'LU', iban: 'LU280019400644750000' } } },
  { reference: 'spindel-bremen', name: 'Spindel Bremen GmbH', place: 'Bremen', country: 'DE', since: 1962, email: 'vertrieb@spindel.example', feeBps: 300,
    accounts: { USD: { country: 'DE', iban: 'DE89370400440532013000' }, CNY: { country: 'DE', iban: 'DE75512108001245126199' } } },
]

/** The bank account that a shop is paid out to in a currency, as Holdfast takes it. */
export function accountOf({ name, accounts }: Pick<Shop, 'name' | 'accounts'>, currency: Currency): Account & { readonly holder: string; readonly currency: Currency } {
  return { holder: name, currency, ...accounts[currency] }
}

export const products: readonly Product[] = [
  {
    slug: 'tl-400-toolroom-lathe', shop: 'lathes-and-co', name: 'TL-400 toolroom lathe', line: 'Gap-bed lathe for one-off parts', art: 'lathe',
    prices: { USD: 780_000, CNY: 5_580_000 }, unit: 'machine', minimum: 1, leadDays: 12, incoterm: 'FCA Cleveland', shipping: 'sea', hsCode: '8458.19',
    specifications: { 'Swing over bed': '400 mm', 'Between centres': '1,000 mm', 'Spindle bore': '58 mm', 'Speeds': '25–1,800 rpm', 'Motor': '5.5 kW, 3-phase', 'Weight': '1,640 kg' },
    about: 'A stiff cast bed, a hardened D1-6 spindle and a quick-change gearbox for inch and metric threads. Each machine is run for eight hours and measured before it leaves; the test sheet comes with it.',
  },
  {
    slug: 'vm-650-milling-machine', shop: 'hangzhou-precision', name: 'VM-650 vertical mill', line: 'Three axes, glass scales, box ways', art: 'mill',
    prices: { USD: 1_145_000, CNY: 8_190_000 }, unit: 'machine', minimum: 1, leadDays: 21, incoterm: 'CIF Long Beach', shipping: 'sea', hsCode: '8459.61',
    specifications: { 'Table': '1,270 × 254 mm', 'Travel X/Y/Z': '650 / 400 / 380 mm', 'Spindle': 'ISO 40, 60–4,200 rpm', 'Scales': '1 µm, three axes', 'Motor': '3.7 kW', 'Weight': '1,350 kg' },
    about: 'Hand-scraped box ways and a meehanite column. Comes with a three-axis readout, a power feed in X and a drawbar that one person can use.',
  },
  {
    slug: 'carbide-insert-set-cnmg', shop: 'hangzhou-precision', name: 'CNMG 120408 inserts', line: 'Coated carbide, box of 100', art: 'inserts',
    prices: { USD: 46_800, CNY: 335_000 }, unit: 'box', minimum: 2, leadDays: 3, incoterm: 'DAP', shipping: 'express', hsCode: '8209.00',
    specifications: { 'Grade': 'P25, TiAlN', 'Chip breaker': 'Medium', 'Nose radius': '0.8 mm', 'Box': '100 pieces' },
    about: 'For steel at 180–260 m/min. Every box carries the batch number and the hardness record of its sintering run.',
  },
  {
    slug: 'hsk-63-motor-spindle', shop: 'spindel-bremen', name: 'HSK-A63 motor spindle', line: '24,000 rpm, 18 kW, liquid-cooled', art: 'spindle',
    prices: { USD: 1_248_000, CNY: 8_920_000 }, unit: 'spindle', minimum: 1, leadDays: 35, incoterm: 'EXW Bremen', shipping: 'air', hsCode: '8466.93',
    specifications: { 'Interface': 'HSK-A63', 'Speed': '24,000 rpm', 'Power S1': '18 kW', 'Torque S1': '29 Nm', 'Bearings': 'Hybrid, oil-air', 'Run-out': '≤ 1.5 µm' },
    about: 'Built and balanced to G0.4 in Bremen. Delivered with vibration, temperature and run-out records over a ten-hour run at full speed.',
  },
  {
    slug: 'bs-320-band-saw', shop: 'lathes-and-co', name: 'BS-320 band saw', line: 'Semi-automatic, mitres to 60°', art: 'saw',
    prices: { USD: 412_500, CNY: 2_950_000 }, unit: 'machine', minimum: 1, leadDays: 9, incoterm: 'FCA Cleveland', shipping: 'warehouse', hsCode: '8461.50',
    specifications: { 'Round at 90°': '320 mm', 'Blade': '3,660 × 27 mm', 'Feed': 'Hydraulic', 'Blade speed': '20–100 m/min', 'Weight': '540 kg' },
    about: 'Hydraulic down-feed with a stepless valve, carbide guides, and a coolant tray that can be lifted out and cleaned.',
  },
  {
    slug: 'angular-contact-bearings-7014', shop: 'spindel-bremen', name: '7014 spindle bearings', line: 'Matched set of four, P4S', art: 'bearing',
    prices: { USD: 118_400, CNY: 846_000 }, unit: 'set', minimum: 1, leadDays: 5, incoterm: 'DAP', shipping: 'express', hsCode: '8482.10',
    specifications: { 'Bore': '70 mm', 'Contact angle': '15°', 'Precision': 'P4S', 'Preload': 'Light, matched', 'Cage': 'Fabric-laminated' },
    about: 'Four bearings, ground together and marked for their order of assembly. The measured heights are engraved on each ring.',
  },
  {
    slug: 'sc-22-screw-compressor', shop: 'hangzhou-precision', name: 'SC-22 screw compressor', line: '22 kW, 3.6 m³/min, with dryer', art: 'compressor',
    prices: { USD: 694_000, CNY: 4_960_000 }, unit: 'machine', minimum: 1, leadDays: 18, incoterm: 'CIF Long Beach', shipping: 'sea', hsCode: '8414.80',
    specifications: { 'Delivery': '3.6 m³/min at 8 bar', 'Motor': '22 kW IE4, inverter', 'Receiver': '500 l', 'Noise': '67 dB(A)', 'Weight': '690 kg' },
    about: 'Receiver, dryer and filters on one frame: air, power and a drain are all it needs.',
  },
  {
    slug: 'precision-vise-150', shop: 'lathes-and-co', name: 'PV-150 machine vise', line: 'Ground on all sides, pair', art: 'vise',
    prices: { USD: 96_000, CNY: 686_000 }, unit: 'pair', minimum: 1, leadDays: 4, incoterm: 'DAP', shipping: 'express', hsCode: '8466.20',
    specifications: { 'Jaw width': '150 mm', 'Opening': '0–300 mm', 'Clamping force': '40 kN', 'Parallelism': '0.005 mm / 100 mm' },
    about: 'Two vises ground as a pair, so that long work can be held on both without shimming.',
  },
]

export function productBySlug(slug: string): Product | undefined {
  return products.find((product) => product.slug === slug)
}

export function shopByReference(reference: string): Shop {
  const shop = shops.find((candidate) => candidate.reference === reference)
  if (!shop) throw new Error(`no shop '${reference}' in the catalogue`)
  return shop
}

const carriage: Readonly<Record<Product['shipping'], string>> = {
  express: 'Express courier', air: 'Air freight', sea: 'Sea freight', warehouse: 'From a local warehouse',
}

export function shippingName(method: Product['shipping']): string {
  return carriage[method]
}
