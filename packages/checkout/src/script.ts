import { readList } from './chunks.ts'
import { loadHoldfast } from './index.ts'

// A module knows its own address; anything read from the document could be an element that took the name.
void loadHoldfast({ apiUrl: new URL(import.meta.url).origin })
// parts and languages are found by it, so that most checkouts need it
void readList()
