import { loadHoldfastOrder } from './index.ts'

// A module knows its own address; anything read from the document could be an element that took the name.
void loadHoldfastOrder({ apiUrl: new URL(import.meta.url).origin })
