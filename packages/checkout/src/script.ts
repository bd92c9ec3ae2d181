import { shelf } from './chunks.ts'
import { loadHoldfast } from './index.ts'

// parts and languages are found by the list, so that most checkouts need it; a page without one asks for nothing
shelf.ahead = true
// A module knows its own address; anything read from the document could be an element that took the name.
void loadHoldfast({ apiUrl: new URL(import.meta.url).origin })
