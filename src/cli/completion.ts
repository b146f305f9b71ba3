/** `cpns completion SHELL`: what a shell needs to complete commands, flags and their values. Design 10 */
import { Argument, Command } from 'commander'
import { completedCommands } from './completed-command.ts'
import { bashScript } from './completion-bash.ts'
import { fishScript } from './completion-fish.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** A shell that is known. */
export type Shell = (typeof SHELLS)[number]

/** @param program All commands; asked for when the command runs. */
export function completionCommand(program: () => Command): Command {
  return new Command('completion')
    .description('print a script that lets a shell complete cpns commands')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', EXAMPLE)
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, program()))
    })
}

const EXAMPLE = `
Example:
  source <(cpns completion bash)
  cpns completion fish > ~/.config/fish/completions/cpns.fish`

/** The script of a shell for this program. */
export function completionScript(shell: Shell, program: Command): string {
  const commands = completedCommands(program)
  if (shell === 'fish') return fishScript(commands)
  // Zsh takes that of bash, with its own words for what bash has built in.
  const start = shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''
  return start + bashScript(commands)
}
