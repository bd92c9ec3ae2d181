import { CardForm } from './card-form.ts'
import { awaitPage } from './connection.ts'
import { buildView } from './view.ts'
import { wordsOfPage } from './words.ts'

/** Steady while the page lives, whatever the machine's clock is set to. */
const now = (): Date => new Date(performance.timeOrigin + performance.now())

// The page inside the card frame. It shows nothing until the page around it has introduced itself; that page may be
// slow to, so the form is built meanwhile.
const words = wordsOfPage(document)
const view = buildView(words)
awaitPage({
  window,
  words,
  accept: page => {
    new CardForm(page, { now, words, view })
  },
})
