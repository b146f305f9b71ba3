import { describe, expect, test } from 'vitest'
import { defaultAidOf } from '../../src/apdu/aid.ts'
import { CONTEXT } from '../../src/apdu/authenticate-data.ts'
import { EUKEY_DIGEST_LENGTH, EUKEY_RANDOM_LENGTH } from '../../src/apdu/eukey-command.ts'
import { GBA_FILES } from '../../src/apdu/gba-files.ts'
import { INS, INSTRUCTION_NAMES } from '../../src/apdu/instructions.ts'
import { STATUS_WORDS, type StatusWordRow, SW } from '../../src/apdu/status-words.ts'
import { toHex } from '../../src/octets/octets.ts'
import { cardProfileSchema, DEFAULT_ATR } from '../../src/uicc/card-profile-schema.ts'
import { profileFile } from '../../src/uicc/uicc.fixture.ts'
import {
  allSources,
  codesIn,
  readPage,
  readProjectFile,
  sectionOf,
  tablesOf,
  tableUnder,
} from './pages.fixture.ts'

const page = readPage('reference/apdu.md')
const hex = (value: number, digits: number) =>
  value.toString(16).toUpperCase().padStart(digits, '0')

const TUAK = { algorithm: 'tuak', k: '00'.repeat(16), topc: '00'.repeat(32) }
const OTHERS = { resBits: 128, ckBits: 128, ikBits: 128, iterations: 2 }
const PIN = { value: '1234', puk: '12345678', enabled: true }
const BASE = { label: 'x', gba: false }
const ISIM = { application: 'ISIM', impi: 'a@b.example', domain: 'b.example' }

/** Each with one application; together they have every field that there is. */
const WHOLE_PROFILES = [
  { application: 'USIM', imsi: '001010123456789', mncLength: 2, gsm: true },
  { ...ISIM, impus: ['sip:a@b.example'] },
].flatMap((application) =>
  [profileFile().authentication, { ...TUAK, ...OTHERS }].map((authentication) =>
    profileFile({
      atr: toHex(DEFAULT_ATR),
      authentication,
      sqn: { indLength: 4, delta: '5', ageLimit: '6' },
      pins: { pin: PIN, pin2: PIN, adm1: '00'.repeat(8) },
      applications: [
        { ...application, ...BASE, aid: toHex(defaultAidOf(application.application as 'USIM')) },
      ],
    }),
  ),
)

/** Paths of the fields that hold no other fields. */
function leavesOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || path.endsWith('impus')) return [path]
  return Object.entries(value).flatMap(([name, part]) =>
    leavesOf(part, path === '' ? name : `${path}.${name}`),
  )
}

function isNeeded(file: Record<string, unknown>, path: string): boolean {
  const copy = structuredClone(file)
  const names = path.split('.')
  const last = names.pop() as string
  const holder = names.reduce((at, name) => at[name] as Record<string, unknown>, copy)
  delete holder[last]
  return !cardProfileSchema.safeParse(copy).success
}

/** Numbers in brackets. */
function lengthsIn(cell = ''): number[] {
  return [...cell.matchAll(/\((\d+)\)/g)].map((match) => Number(match[1]))
}

/** `6Cxx` of 6C00 and its mask. */
function writtenForm({ sw, mask = 0xffff }: StatusWordRow): string {
  const digits = Array.from(hex(sw, 4), (digit, index) =>
    ((mask >> (12 - 4 * index)) & 0xf) === 0 ? 'x' : digit,
  )
  return `${digits.slice(0, 2).join('')} ${digits.slice(2).join('')}`
}

/** Status words that the sources of the card give, by name or by the function that makes them. */
function givenByCard(): Set<number> {
  const card = allSources()
    .filter(({ path }) => path.startsWith('src/uicc/'))
    .map(({ text }) => text)
    .join('\n')
  const names = Object.entries(SW).filter(
    ([name]) => new RegExp(`\\bSW\\.${name}\\b`).test(card) || card.includes(` ${name}(`),
  )
  return new Set(names.map(([, sw]) => sw))
}

describe('reference/apdu.md', () => {
  test('every status word, with meaning and clause', () => {
    const documented = tableUnder(page, 'Status words').rows.map((row) => row.slice(0, 3))
    const known = STATUS_WORDS.map((row) => [writtenForm(row), row.meaning, row.clause])
    expect(documented).toEqual(known)
  })

  test('which of them the card gives', () => {
    const given = givenByCard()
    const wrong = tableUnder(page, 'Status words').rows.filter(
      ([written = '', , , when], index) => {
        const isGiven = given.has(STATUS_WORDS[index]?.sw ?? 0)
        return written === '' || isGiven === (when === 'known')
      },
    )
    expect(wrong).toEqual([])
  })

  test('every field of a profile, and which of them may be left out', () => {
    const documented = tableUnder(page, 'Profile').rows.flatMap(([fields = '', otherwise]) =>
      codesIn(fields).map((field) => [field, otherwise === 'must be given'] as const),
    )
    const known = new Map<string, boolean>()
    for (const file of WHOLE_PROFILES) {
      for (const path of leavesOf(file)) {
        known.set(path.replace('.0.', '[].'), isNeeded(file, path))
      }
    }
    expect(new Map(documented)).toEqual(known)
  })

  test('every command', () => {
    const documented = tableUnder(page, 'Commands').rows.map(
      ([ins = '', name]) => `${codesIn(ins)[0]} ${name}`,
    )
    const known = Object.values(INS).map((ins) => `${hex(ins, 2)} ${INSTRUCTION_NAMES[ins]}`)
    expect(documented.sort()).toEqual(known.sort())
  })

  test('lengths of the EUKEY operations', () => {
    const { rows } = tableUnder(page, 'EUKEY operations')
    expect(rows.map(([ins = '']) => Number.parseInt(codesIn(ins)[0] ?? '', 16))).toEqual([
      INS.startEuKey,
      INS.proveEuKey,
      INS.confirmEuKey,
    ])
    const [random, digest] = [EUKEY_RANDOM_LENGTH, EUKEY_DIGEST_LENGTH]
    expect(rows.map(([, , data, answer]) => [lengthsIn(data), lengthsIn(answer)])).toEqual([
      [[], [random]],
      [[random, random, digest, digest], [digest]],
      [[digest, digest], [digest]],
    ])
  })

  test('every security context', () => {
    const { rows } = tableUnder(page, 'Security contexts')
    const documented = new Set(rows.map(([p2 = '']) => codesIn(p2)[0]))
    expect(documented).toEqual(new Set(Object.values(CONTEXT).map((p2) => hex(p2, 2))))
  })

  test('files of each application, and where the GBA files are', () => {
    const [applications, gba] = tablesOf(sectionOf(page, 'Files'))
    const named = new Set(
      applications?.rows.flatMap(([, files = '']) => files.match(/EF_[\w-]+/g) ?? []),
    )
    const source = readProjectFile('src/uicc/application-files.ts')
    const body = source.slice(source.indexOf('function ownFiles'))
    const made = new Set([...body.matchAll(/'(EF_[\w-]+)'/g)].map((match) => match[1]))
    expect(named).toEqual(new Set([...made, 'EF_ARR']))
    const names = ['USIM', 'ISIM', 'CSIM'] as const
    expect(gba?.rows.map((row) => row.slice(1))).toEqual([
      names.map((name) => hex(GBA_FILES[name].gbabp, 4)),
      names.map((name) => hex(GBA_FILES[name].gbanl, 4)),
    ])
  })
})
