/* Copies what stands in a field: without this it can still be selected. */

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
  const field = document.querySelector<HTMLInputElement>(`#${button.dataset['copy']}`)!
  field.addEventListener('focus', () => field.select())
  button.addEventListener('click', () => {
    field.select()
    void navigator.clipboard.writeText(field.value).then(() => { button.textContent = 'Copied' })
  })
}
