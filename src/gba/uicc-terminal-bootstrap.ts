/**
 * EF_GBABP as a terminal uses it: it says whose Ks the card holds. TS 31.102 4.2.79, TS 33.220 G.1
 *
 * Cards of other makers may have a file that is too small, is closed to the terminal or is not there, and
 * some leave the RAND to the terminal. For them the terminal remembers the run itself, until it lets the card
 * go: see docs/explanation/decisions/0058-when-ef-gbabp-cannot-be-written.md.
 */
import { decodeEfGbabp, encodeEfGbabp } from '../apdu/ef-gbabp.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { parseBtid, splitBtid } from '../identity/btid.ts'
import { equalOctets, utf8 } from '../octets/octets.ts'
import type { CardBootstrap } from './gba-card.ts'
import { CardRefused, type CommandSender } from './uicc-terminal-commands.ts'
import { type NamedFile, readTransparent, selectFile, updateBinary } from './uicc-terminal-files.ts'

/** The run that a card holds. */
export interface BootstrapFile {
  /** The card has another Ks from now on. */
  forget(): void
  /** `undefined` if no run is known, or the file is of another one than it was written for. */
  read(): Promise<CardBootstrap | undefined>
  /** Writes what the file takes, and remembers the rest. */
  write(bootstrap: Omit<CardBootstrap, 'rand'>): Promise<void>
}

const RAND_LENGTH = 16
const MAX_PART = 255
const NO_RAND = new Uint8Array(0)

/** @param file EF_GBABP of the selected application. */
export function createBootstrapFile(sender: CommandSender, file: NamedFile): BootstrapFile {
  let remembered: CardBootstrap | undefined
  return {
    forget() {
      remembered = undefined
    },
    async read() {
      const contents = await contentsOf(sender, file)
      if (contents === undefined) return remembered
      const held = parseBootstrap(contents)
      if (held !== undefined) return held
      const rand = randIn(contents)
      const isOfIt = rand.length === 0 || equalOctets(rand, remembered?.rand ?? NO_RAND)
      return isOfIt ? remembered : undefined
    },
    async write({ btid, keyLifetime }) {
      const run = { rand: splitBtid(btid).rand, btid, keyLifetime }
      remembered = run
      const contents = await contentsOf(sender, file)
      if (contents === undefined || !fits(run, contents.length)) return
      await writeRun(sender, file, { run, former: randIn(contents) })
    },
  }
}

/**
 * B-TID and lifetime behind the RAND that the card wrote, which stays as it is; with it, if the card leaves
 * it to the terminal.
 */
async function writeRun(
  sender: CommandSender,
  file: NamedFile,
  { run, former }: { readonly run: CardBootstrap; readonly former: Uint8Array },
): Promise<void> {
  const offset = equalOctets(former, run.rand) ? 1 + RAND_LENGTH : 0
  const data = encodeEfGbabp(run, lengthOf(run)).subarray(offset)
  await selectFile(sender, file)
  await updateBinary(sender, { name: file.name, offset, data }).catch(unlessRefused)
}

function fits(run: CardBootstrap, length: number): boolean {
  return utf8(run.btid).length <= MAX_PART && lengthOf(run) <= length
}

function lengthOf({ rand, btid, keyLifetime }: CardBootstrap): number {
  return 3 + rand.length + utf8(btid).length + utf8(keyLifetime).length
}

/** `undefined` if there is no such file, or the card does not let it be read. */
async function contentsOf(sender: CommandSender, file: NamedFile): Promise<Uint8Array | undefined> {
  return readTransparent(sender, file).catch(unlessRefused)
}

function unlessRefused(error: unknown): undefined {
  if (error instanceof CardRefused) return undefined
  throw error
}

/** RAND as the file has it; empty if there is none in it. */
function randIn(contents: Uint8Array): Uint8Array {
  const rand = contents.subarray(1, 1 + RAND_LENGTH)
  return contents[0] === RAND_LENGTH && rand.length === RAND_LENGTH ? rand : NO_RAND
}

/**
 * `undefined` if a part is missing or is not what it should be: the file holds no bootstrapping run. A card
 * that writes its new RAND over the old one leaves the B-TID of the run before behind it.
 */
function parseBootstrap(contents: Uint8Array): CardBootstrap | undefined {
  try {
    const { rand, btid, keyLifetime } = decodeEfGbabp(contents)
    if (keyLifetime === '' || !equalOctets(splitBtid(btid).rand, rand)) return undefined
    return { rand, btid: parseBtid(btid), keyLifetime }
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}
