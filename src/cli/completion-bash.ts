/** The script that lets bash complete; zsh takes it too, so nothing in it may be of bash alone. Design 10 */
import type { CompletedCommand, CompletedValue } from './completed-command.ts'

/**
 * The command is the longest one that the words so far begin with; flags among them are passed over. Behind a
 * flag stands its value; else a word with a dash is a flag. Behind `--` another command goes on.
 */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ path }) => path.join('/')).join(' ')
  return `_cpns() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local at='cpns' next='' flags='' word other=''
  # --flag=value is three words.
  if [ "\${cur}" = '=' ]; then cur=''; elif [ "\${prev}" = '=' ]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD-1))}"; do
    case ' ${names} ' in
      *" \${at}/\${word} "*) at="\${at}/\${word}" ;;
    esac
    case "\${at} \${word}" in
${commands.flatMap(otherCases).join('\n')}
    esac
  done
  COMPREPLY=()
  case "\${at} \${prev}" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "\${at}" in
${commands.map(commandCase).join('\n')}
  esac
  case "\${cur}" in
    -*) COMPREPLY=($(compgen -W "\${flags}" -- "\${cur}")) ;;
    *) COMPREPLY=($(compgen -W "\${next}" -- "\${cur}")) ;;
  esac
}
complete -o default -F _cpns cpns
`
}

/** Whose flags stand behind `--`. */
function otherCases({ path, entities }: CompletedCommand): readonly string[] {
  if (entities.length === 0) return []
  const at = path.join('/')
  return [
    ...entities.map((one) => `      '${at} ${one.name}') other='${one.path.join('/')}' ;;`),
    `      '${at} --') at="\${other:-\${at}}" ;;`,
  ]
}

/** What stands behind each flag of a command that has a value. */
function valueCases({ path, flags }: CompletedCommand): readonly string[] {
  return flags.flatMap(({ name, value }) =>
    value === undefined ? [] : [`    '${path.join('/')} ${name}') ${answerOf(value)}return ;;`],
  )
}

function answerOf(value: CompletedValue): string {
  switch (value.kind) {
    case 'choice':
      return `COMPREPLY=($(compgen -W '${value.choices.join(' ')}' -- "\${cur}")); `
    case 'file':
      // With an empty answer the shell completes names of files.
      return ''
    case 'text':
      break
  }
  return 'compopt +o default 2>/dev/null; '
}

/** Where names of files can stand, flags are only offered behind a dash. */
function commandCase({ path, subcommands, flags, arguments: values }: CompletedCommand): string {
  const names = flags.map(({ name }) => name)
  const choices = values.flatMap((value) => (value.kind === 'choice' ? value.choices : []))
  const takesFile = values.some(({ kind }) => kind === 'file')
  const words = [...subcommands, ...choices, ...(takesFile ? [] : names)]
  return `    '${path.join('/')}') next='${words.join(' ')}'; flags='${names.join(' ')}' ;;`
}
