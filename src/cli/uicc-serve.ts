/** `cpns uicc serve`: a software card in the virtual reader of pcscd. Design 10 */
import { Command } from 'commander'
import { openSoftwareCard } from '../adapters/card/open-reader.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { serveVpcd } from '../adapters/vpcd/serve-vpcd.ts'
import { type HostPort, parseHostPort } from './host-port.ts'
import { type JsonFlag, say, sayable } from './say.ts'
import { untilInterrupted } from './until-interrupted.ts'

/** The command; `output` is told when the card is put into the reader, and why it waits. */
export function uiccServeCommand(output: NodeJS.WritableStream): Command {
  const command = new Command('serve')
    .description('put a software card into the virtual reader of pcscd, until Ctrl-C')
    .argument('<file>', 'profile of the card')
    .requiredOption(
      '--vpcd <host:port>',
      'where the virtual reader (vsmartcard-vpcd) listens, for instance localhost:35963',
      parseHostPort,
    )
  return sayable(command, 'one JSON object a line: card, state, reason').action(
    async (file: string, { vpcd, ...flags }: ServeFlags) => {
      const card = await openSoftwareCard(file, createSystemRandom())
      const { signal, ignore } = untilInterrupted()
      try {
        await serveVpcd(
          { ...vpcd, card },
          {
            signal,
            report(state, reason) {
              const what = state === 'inserted' ? 'is in the reader' : `waits: ${reason}`
              say(flags, { card: card.name, state, reason }, `${card.name} ${what}`, output)
            },
          },
        )
      } finally {
        ignore()
        await card.close()
      }
    },
  )
}

interface ServeFlags extends JsonFlag {
  readonly vpcd: HostPort
}
