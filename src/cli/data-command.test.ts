import { Command } from 'commander'
import { expect, test } from 'vitest'
import { dataSubcommands } from './data-command.ts'

test('a subcommand needs a folder, and takes a master key', async () => {
  const parent = new Command('tested').exitOverride().configureOutput({ writeErr: () => {} })
  const given: unknown[] = []
  const sub = dataSubcommands(parent, 'server')
  sub('show <what>', 'shows it').action((what, flags) => void given.push(what, flags))
  const run = (...args: string[]) => parent.parseAsync(args, { from: 'user' })
  await run('show', 'x', '--data', './lab', '--master-key', 'env:KEY')
  expect(given).toEqual(['x', { data: './lab', masterKey: 'env:KEY' }])
  const [shown] = parent.commands
  expect(shown?.helpInformation()).toMatch(/--data <dir> +data folder of the server\n/)
  shown?.exitOverride().configureOutput({ writeErr: () => {} })
  await expect(run('show', 'x')).rejects.toThrow("required option '--data <dir>' not specified")
})
