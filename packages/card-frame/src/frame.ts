import { CardForm } from './card-form.ts'
import { awaitPage } from './connection.ts'
import { english, wordsOfPage } from './words.ts'

/** Steady while the page lives, whatever the machine's clock is set to. */
const now = (): Date => new Date(performance.timeOrigin + performance.now())

// The page inside the card frame. It shows nothing until the page around it has introduced itself.
awaitPage({
  window,
  words: english,
  accept: page => {
    new CardForm(page, { now, words: wordsOfPage(document, page.init.locale) })
  },
})
