import { html, type Html } from '../view/html.ts'

export interface GalleryView {
  readonly apiUrl: string
  /** Of the session that the gallery's stand-in of the API takes its figures from. */
  readonly clientSecret: string
}

interface Control {
  readonly name: string
  readonly label: string
  /** Values and words; the first is where one begins. */
  readonly options: readonly (readonly [value: string, words: string])[]
}

/** The states are known to the page's script, which adds them to the first of these. */
const controls: readonly Control[] = [
  { name: 'state', label: 'State', options: [['all', 'All of them']] },
  { name: 'theme', label: 'Theme', options: [['harbour', 'Harbour'], ['ledger', 'Ledger'], ['hearth', 'Hearth']] },
  { name: 'scheme', label: 'Light or dark', options: [['light', 'Light'], ['dark', 'Dark']] },
  {
    name: 'language', label: 'Language',
    options: [['en', 'English'], ['ar', 'العربية (right to left)'], ['he', 'עברית (right to left)'], ['de', 'Deutsch'], ['zh-CN', '中文'], ['ja', '日本語']],
  },
  { name: 'width', label: 'Room for it', options: [['480', '480 px'], ['360', '360 px'], ['320', '320 px']] },
]

/** What a bank would show in its frame. It takes nothing. */
export const bankPage: string = `<!doctype html>${html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
  <title>A bank’s page</title><link rel="stylesheet" href="/assets/style.css"></head>
<body class="wrap"><h1>Your bank</h1><p>Quayside asks for USD 40,872.00. A bank would ask for a code or for its app here; this page stands in for it, and takes nothing.</p></body></html>`.text}`

/** Every state of the components, in every theme, in both schemes and directions. */
export function galleryPage({ apiUrl, clientSecret }: GalleryView): Html {
  return html`<div class="stack"><div class="row"><h1>The checkout’s states</h1></div>
    <p class="quiet">The components and the card form are the real ones, on a real session; what brings each state about is made up in this page, and so are the orders. Nothing is paid here.</p>
    <form id="choice" class="controls">${controls.map(({ name, label, options }) => html`<label>${label}
      <select name="${name}" autocomplete="off">${options.map(([value, text]) => html`<option value="${value}">${text}</option>`)}</select></label>`)}
    </form>
    <div id="wall" class="wall" data-api-url="${apiUrl}" data-secret="${clientSecret}"></div>
  </div>`
}
