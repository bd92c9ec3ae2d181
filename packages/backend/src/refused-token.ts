import type { Refusal } from '@holdfast/core'

/**
 * Asks the vault for a token; what it refuses in what the page sent is the page's to mend, or its buyer's. Its words
 * quote nothing of it.
 *
 * @param field - of the page's call, with what is to become a token
 * @refuses rate_limited, token_refused
 */
export async function orRefusedToken<T>(field: string, asked: Promise<T>): Promise<T | Refusal> {
  try {
    return await asked
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string }
    if (code === 'rate_limited') return { refused: 'rate_limited', detail: message }
    if (ofTheCard.test(code)) return { refused: 'token_refused', field, detail: `${message} (${code})` }
    throw error
  }
}

const ofTheCard = /^(?:wallet_.*|card_invalid|saved_card_unknown|origin_refused)$/
