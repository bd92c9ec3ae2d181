import { css, type CSSResult } from 'lit'

let made: CSSResult | undefined

/** Made when it is needed: a part has Lit only then. */
export function sheet(): CSSResult {
  made ??= css`
    dialog.bank { display: grid; position: static; inline-size: auto; max-inline-size: none; margin: 0; padding: 0; border: 0;
      color: inherit; background: none; }
    header + dialog.bank { margin-block-start: 20px; padding-block-start: 20px; border-block-start: 1px solid var(--line); }
    .bank .turning { inline-size: 20px; block-size: 20px; border: 2px solid var(--line); border-block-start-color: var(--accent);
      border-radius: 50%; animation: turn 900ms linear infinite; }
    .bank .frame:not(.sr) { border: 1px solid var(--border); border-radius: var(--control); overflow: clip; background: #fff; }
    .bank .whole { color: var(--accent); text-align: center; min-block-size: 24px; }
    dialog.bank:modal { position: fixed; inset: 0; margin: 0; inline-size: 100%; block-size: 100%; max-block-size: none; gap: 8px; padding: 12px;
      border: 0; grid-template-rows: auto auto 1fr; color: var(--ink); background: var(--paper); overflow: auto; }
    dialog.bank:modal .frame, dialog.bank:modal iframe { block-size: 100%; min-block-size: 240px; }
    dialog.bank:modal .link { min-block-size: 44px; }
  `
  return made
}
