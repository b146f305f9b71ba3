/** `cpns completion SHELL`: what a shell needs to complete commands, flags and choices. Design 10 */
import { Argument, Command } from 'commander'

/** Words that can follow a command, by its full name. */
type Words = ReadonlyMap<string, readonly string[]>

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** @param program All commands; asked for when the command runs. */
export function completionCommand(program: () => Command): Command {
  return new Command('completion')
    .description('print a script that lets a shell complete cpns commands')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', EXAMPLE)
    .action((shell: (typeof SHELLS)[number]) => {
      process.stdout.write(completionScript(shell, program()))
    })
}

const EXAMPLE = `
Example:
  source <(cpns completion bash)
  cpns completion fish > ~/.config/fish/completions/cpns.fish`

/** The script of a shell for this program. */
export function completionScript(shell: (typeof SHELLS)[number], program: Command): string {
  const words = wordsOf(program)
  if (shell === 'fish') return fishScript(words)
  const start = shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''
  return start + bashScript(words)
}

function wordsOf(command: Command, path: readonly string[] = []): Words {
  const subs = command.commands.map((sub) => sub.name())
  const flags = command.options.flatMap(({ long }) => (long ? [long] : []))
  const own = [...path, command.name()]
  const below = command.commands.flatMap((sub) => [...wordsOf(sub, own)])
  return new Map([[own.join(' '), [...subs, ...flags, '--help']], ...below])
}

/** The command is the longest one that the words so far begin with; flags among them are passed over. */
function bashScript(words: Words): string {
  const cases = [...words].map(([path, next]) => `    '${path}') next='${next.join(' ')}' ;;`)
  return `_cpns() {
  local path='cpns' next='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${[...words.keys()].map((path) => path.replaceAll(' ', '/')).join(' ')} " in
      *" \${path// //}/\${word} "*) path="\${path} \${word}" ;;
    esac
  done
  case "\${path}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "\${next}" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _cpns cpns
`
}

/** A command is offered where all words of its path were seen. */
function fishScript(words: Words): string {
  const lines = [...words].flatMap(([path, next]) => {
    const [, ...seen] = path.split(' ')
    const condition =
      seen.length === 0
        ? '__fish_use_subcommand'
        : seen.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
    return next.map((word) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`
      return `complete -c cpns -n '${condition}' ${what}`
    })
  })
  return `${lines.join('\n')}\n`
}
