import type { CardField, FrameErrorCode } from '@holdfast/contract/frame'

/** All that the frame says, in one language. Each error tells what to do. */
export interface Words {
  readonly lang: string
  readonly title: string
  readonly total: (options: { amount: string; marketplace: string }) => string
  readonly labels: Readonly<Record<CardField, string>>
  readonly hints: { readonly expiry: string; readonly codeBack: string; readonly codeFront: string }
  readonly unknownBrand: string
  readonly number: {
    readonly required: string
    /** For the page, which isn't told how many digits there are. */
    readonly incomplete: string
    readonly short: (digits: number) => string
    readonly long: (digits: number) => string
    readonly checksum: string
    readonly unsupported: (options: { brand: string; taken: readonly string[] }) => string
  }
  readonly expiry: {
    readonly required: string
    readonly incomplete: string
    readonly month: string
    readonly year: string
    readonly expired: string
  }
  readonly securityCode: {
    readonly required: (options: CodePlace) => string
    readonly incomplete: (options: CodePlace) => string
  }
  readonly name: { readonly required: string; readonly invalid: string }
  readonly errors: Readonly<Record<FrameErrorCode, string>>
}

export interface CodePlace {
  readonly digits: number | undefined
}

const numerals = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const digits = (count: number): string => `${numerals[count] ?? count} ${count === 1 ? 'digit' : 'digits'}`

const en: Words = {
  lang: 'en',
  title: 'Card',
  total: ({ amount, marketplace }) => `${amount} to ${marketplace}`,
  labels: {
    number: 'Card number',
    expiry: 'Expiry date',
    securityCode: 'Security code',
    name: 'Name on card',
  },
  hints: { expiry: 'MM / YY', codeBack: 'Back of card, 3 digits', codeFront: 'Front of card, 4 digits' },
  unknownBrand: 'Card',
  number: {
    required: 'Enter the card number.',
    incomplete: 'The card number isn’t complete.',
    short: count => `The card number is ${digits(count)} short.`,
    long: count => `The card number has ${digits(count)} too many.`,
    checksum: 'A digit of the card number is wrong. Compare it with the card.',
    unsupported: ({ brand, taken }) =>
      `${brand} isn’t taken here. Use ${taken.length > 1 ? `${taken.slice(0, -1).join(', ')} or ${taken.at(-1)}` : taken.join('')}.`,
  },
  expiry: {
    required: 'Enter the month and year of expiry.',
    incomplete: 'Enter both month and year, as in 08 / 29.',
    month: 'The month goes from 01 to 12. Compare it with the card.',
    year: 'The year is too far ahead. Compare it with the card.',
    expired: 'This card has expired. Use another card.',
  },
  securityCode: {
    required: ({ digits: count }) =>
      count === 4
        ? 'Enter the 4 digits on the front of the card.'
        : 'Enter the last 3 digits on the back of the card.',
    incomplete: ({ digits: count }) => `The security code has ${count ?? '3 or 4'} digits.`,
  },
  name: {
    required: 'Enter the name as it is on the card.',
    invalid: 'Enter the name as it is on the card, in letters.',
  },
  errors: {
    ticket_refused: 'The card form was open too long. Load it again.',
    origin_refused: 'This page may not take cards. Nothing was sent.',
    version_unsupported: 'This page and the card form are of different versions. Reload the page.',
    network: 'The card form can’t be reached. Check the connection and try again.',
    rate_limited: 'Too many attempts. Wait some minutes, or use another card.',
    session_closed: 'The card form was open too long. Try again.',
    internal: 'The card could not be taken. Nothing was charged; try again.',
  },
}

const zh: Words = {
  lang: 'zh',
  title: '银行卡',
  total: ({ amount, marketplace }) => `向 ${marketplace} 支付 ${amount}`,
  labels: { number: '卡号', expiry: '有效期', securityCode: '安全码', name: '持卡人姓名' },
  hints: { expiry: '月 / 年', codeBack: '卡背面 3 位数字', codeFront: '卡正面 4 位数字' },
  unknownBrand: '银行卡',
  number: {
    required: '请输入卡号。',
    incomplete: '卡号不完整。',
    short: count => `卡号少了 ${count} 位。`,
    long: count => `卡号多了 ${count} 位。`,
    checksum: '卡号中有一位不对，请与卡面核对。',
    unsupported: ({ brand, taken }) => `这里不支持 ${brand}，请使用 ${taken.join('、')}。`,
  },
  expiry: {
    required: '请输入卡片的到期月份和年份。',
    incomplete: '请输入完整的月份和年份，例如 08 / 29。',
    month: '月份应在 01 到 12 之间，请与卡面核对。',
    year: '年份过远，请与卡面核对。',
    expired: '此卡已过期，请使用其他卡。',
  },
  securityCode: {
    required: ({ digits: count }) =>
      count === 4 ? '请输入卡片正面的 4 位数字。' : '请输入卡片背面的最后 3 位数字。',
    incomplete: ({ digits: count }) => `安全码为 ${count ?? '3 或 4'} 位数字。`,
  },
  name: { required: '请输入卡面上的姓名。', invalid: '请用文字输入卡面上的姓名。' },
  errors: {
    ticket_refused: '卡片表单打开过久，请重新加载。',
    origin_refused: '此页面不能收取银行卡，没有发送任何信息。',
    version_unsupported: '页面与卡片表单的版本不一致，请刷新页面。',
    network: '无法连接卡片表单，请检查网络后重试。',
    rate_limited: '尝试次数过多，请几分钟后再试，或使用其他卡。',
    session_closed: '卡片表单打开过久，请重试。',
    internal: '未能提交卡片，没有扣款，请重试。',
  },
}

/** The language of a BCP 47 tag; English for those that the frame doesn't have. */
export function wordsFor(locale: string): Words {
  return /^zh(?:-|$)/i.test(locale) ? zh : en
}
