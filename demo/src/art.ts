import { html, type Html } from './view/html.ts'

/* Drawings of the goods, as a drawing office would make them: outlines, centre lines, one tinted face. */

export type ArtName = 'lathe' | 'mill' | 'inserts' | 'spindle' | 'saw' | 'bearing' | 'compressor' | 'vise'

const drawings: Readonly<Record<ArtName, Html>> = {
  lathe: html`<path class="face" d="M30 66h34v34H30z"/><path d="M22 100h176v14H22zM30 114l-6 22h22l4-22M174 114l4 22h18l-6-22M30 66h34v34H30zM64 76h16v16H64zM80 72h8v24h-8zM168 78h22v22h-22zM156 84h12M104 92h36v8h-36zM116 78h14v14h-14z"/><path class="thin" d="M84 84h70M30 74h34M30 92h34"/><circle cx="40" cy="84" r="3"/><circle cx="54" cy="84" r="3"/><path class="centre" d="M14 84h194"/>`,
  mill: html`<path class="face" d="M92 22h40v38H92z"/><path d="M150 18v100h26V18zM92 22h58v38H92zM104 60h16v16h-16zM108 76h8v12h-8zM48 98h106v10H48zM70 108h60v12H70zM56 120h128v18H56zM32 98l16 0v8H32zM24 92h8v20h-8z"/><path class="thin" d="M92 34h40M92 46h40M56 102h96"/><circle cx="162" cy="40" r="5"/><path class="centre" d="M112 12v96"/>`,
  inserts: html`<path class="face" d="M46 54l34-14 34 14-34 14z"/><path d="M46 54l34-14 34 14-34 14zM46 54v14l34 14 34-14V54M80 68v14"/><circle cx="80" cy="54" r="6"/><path d="M110 92l34-14 34 14-34 14zM110 92v14l34 14 34-14V92M144 106v14"/><circle cx="144" cy="92" r="6"/><path d="M40 100l26-10 26 10-26 10zM40 100v11l26 10 26-10v-11M66 110v11"/><circle cx="66" cy="100" r="5"/><path class="centre" d="M80 32v48M144 70v48"/>`,
  spindle: html`<path class="face" d="M60 58h96v40H60z"/><path d="M60 58h96v40H60zM44 64h16v28H44zM32 70h12v16H32zM156 64h18v28h-18zM174 70h22l6 4v8l-6 4h-22zM84 46h40v12H84zM96 36h16v10H96z"/><path class="thin" d="M60 68h96M60 88h96M76 58v40M140 58v40"/><path class="centre" d="M20 78h188"/>`,
  saw: html`<path class="face" d="M46 36h120v26H46z"/><path d="M46 36h120v26H46z"/><circle cx="62" cy="62" r="26"/><circle cx="154" cy="62" r="26"/><circle cx="62" cy="62" r="4"/><circle cx="154" cy="62" r="4"/><path d="M40 96h138v12H40zM52 108v30h18v-30M148 108v30h18v-30M92 76h34v20H92z"/><path class="thin" d="M62 88h92M52 124h114"/><path class="centre" d="M109 66v40"/>`,
  bearing: html`<circle class="face" cx="110" cy="78" r="56"/><circle cx="110" cy="78" r="56"/><circle cx="110" cy="78" r="44"/><circle cx="110" cy="78" r="30"/><circle cx="110" cy="78" r="22"/><circle cx="110" cy="41" r="6"/><circle cx="142" cy="59.500" r="6"/><circle cx="142" cy="96.500" r="6"/><circle cx="110" cy="115" r="6"/><circle cx="78" cy="96.500" r="6"/><circle cx="78" cy="59.500" r="6"/><path class="centre" d="M44 78h132M110 12v132"/>`,
  compressor: html`<path class="face" d="M48 42h70v44H48z"/><path d="M48 42h70v44H48zM130 54h40v32h-40zM118 66h12M40 96h140a14 14 0 0 1 0 32H40a14 14 0 0 1 0-32zM56 128v10M164 128v10M84 86v10M150 86v10M62 42v-10h24v10"/><path class="thin" d="M58 54h50M58 62h50M58 70h50M138 62h24M138 70h24M138 78h24"/><circle cx="190" cy="112" r="3"/><path class="centre" d="M20 112h184"/>`,
  vise: html`<path class="face" d="M40 92h140v14H40z"/><path d="M40 92h140v14H40zM32 106h156v16H32zM52 58h30v34H52zM118 66h24v26h-24zM142 74h50v10h-50zM192 68h6v22h-6zM82 62h6v22h-6zM112 68h6v18h-6z"/><path class="thin" d="M40 99h140M52 68h30M118 76h24"/><path d="M46 122v8h14v-8M160 122v8h14v-8"/><path class="centre" d="M70 79h136"/>`,
}

/** A product's drawing. It says nothing that the name beside it doesn't, so it is hidden from screen readers. */
export function art(name: ArtName): Html {
  return html`<svg class="art" viewBox="0 0 220 156" aria-hidden="true" focusable="false">${drawings[name]}</svg>`
}

/** The mark: a cleat with a line made fast to it. */
export function mark(): Html {
  return html`<svg class="mark-logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><path d="M3 9h26M11 9v14M21 9v14M6 25h20"/><path class="line" d="M11 16h10"/></svg>`
}
