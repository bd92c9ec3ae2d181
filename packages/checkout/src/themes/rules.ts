/* What a theme changes besides its colours. It comes after the component's own rules, and before a merchant's variables. */

/** Dense, for people who pay invoices all day: a ruled head with the total beside the name, small corners, no shadow. */
export const ledger = `
:host { --holdfast-font-size: max(.9375rem, 15px); }
.base { --corner: var(--holdfast-radius, 3px); --control: var(--holdfast-radius, 3px); padding: 16px 20px;
  border-block-start: 3px solid var(--accent); box-shadow: none; }
header { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 16px; padding-block-end: 12px;
  border-block-end: 1px solid var(--line); }
.head { display: contents; color: var(--quiet); font-size: var(--small); }
.head > div { font-size: var(--small); color: var(--quiet); }
.test { grid-area: 1 / 2; justify-self: end; border-radius: 2px; }
.total { grid-column: 1 / -1; justify-content: space-between; margin-block-start: 8px; font-size: calc(var(--size) * 1.5);
  letter-spacing: 0; }
header h2 { grid-column: 1 / -1; margin-block-start: 8px; font-size: calc(var(--size) * 1.5); letter-spacing: 0; }
header + .where { margin-block-start: 16px; }
.badge { border-radius: 2px; }
details.held { margin-block: 0 16px; }
.seal .icon { inline-size: 32px; block-size: 32px; }
.seal.good .icon { inline-size: 40px; block-size: 40px; padding: 10px; border-radius: var(--control); }
.method > label { min-block-size: 44px; }
.pay, .link { min-block-size: 44px; }
.outcome { gap: 12px; }
header + .outcome { margin-block-start: 16px; padding-block-start: 0; border: 0; }
.next ol, .next { gap: 8px; }
@container (max-width: 359px) { .base { padding: 12px; } }
`

/** Warm and rounded: paper instead of white, a total in a book's type, each way to pay a card of its own. */
export const hearth = `
.base { --corner: var(--holdfast-radius, 24px); --control: var(--holdfast-radius, 14px); padding: 28px;
  box-shadow: 0 1px 2px rgb(74 40 30 / 5%), 0 18px 48px rgb(74 40 30 / 9%); }
.base.dark { box-shadow: none; }
.total, .outcome h2, header h2 { font-family: var(--holdfast-font-family, ui-serif, "New York", Charter, "Iowan Old Style", Georgia, "Songti SC",
  "Noto Serif", serif); font-weight: 600; }
.total small { font-family: system-ui, sans-serif; }
.test, .badge { border-radius: 99px; padding-inline: 10px; }
details.held { margin-block: 12px 20px; border: 0; border-radius: var(--control);
  background: color-mix(in srgb, var(--held) 8%, var(--paper)); }
summary { padding: 4px 16px; min-block-size: 48px; }
.shares { padding: 4px 16px 20px; }
.methods { display: grid; gap: 10px; border: 0; overflow: visible; }
.method { border: 1px solid var(--line); border-radius: calc(var(--control) + 4px); overflow: clip; }
.method + .method { border-block-start: 1px solid var(--line); }
.method:has(> label > :checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.method > label { min-block-size: 56px; }
.pay, .link { min-block-size: 56px; border-radius: var(--holdfast-radius, 99px); }
.asking { border-color: var(--line); background: color-mix(in srgb, var(--held) 8%, var(--paper)); }
textarea { border-radius: var(--control); }
.quiet { border-radius: var(--holdfast-radius, 99px); padding-inline: 20px; }
.notice { border-width: 1px; background: color-mix(in srgb, var(--error) 6%, var(--paper)); }
.notice.info { background: color-mix(in srgb, var(--accent) 6%, var(--paper)); }
.bar { block-size: 10px; border-radius: 5px; }
@container (max-width: 359px) { .base { padding: 20px 16px; } }
@media (forced-colors: active) { .method:has(> label > :checked) { border-color: Highlight; } }
`
