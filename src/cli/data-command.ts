/** Commands that administer the data folder of an entity, beside it or while it is stopped. Design 10 */
import type { Command } from 'commander'
import { MASTER_KEY_FLAG, type MasterKeyFlags } from './master-key-flag.ts'
import type { JsonFlag } from './say.ts'

/** Flags of every one of them. */
export interface DataFlags extends JsonFlag, MasterKeyFlags {
  readonly data: string
}

/** Makes subcommands over a folder. @param entity Whose it is, for instance `server`. */
export function dataSubcommands(
  parent: Command,
  entity: string,
): (usage: string, description: string) => Command {
  return (usage, description) =>
    parent
      .command(usage)
      .description(description)
      .requiredOption('--data <dir>', `data folder of the ${entity}`)
      .option(...MASTER_KEY_FLAG)
}
