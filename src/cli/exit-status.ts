/** Exit statuses of all commands; `docs/reference/commands.md` lists them. */

/** All went well. */
export const EXIT_OK = 0
/** What was asked for could not be done: a story step failed, a peer refused. */
export const EXIT_FAILED = 1
/** The command cannot work like this: flags, configuration, files. */
export const EXIT_USAGE = 2

/** All of them, for the help. */
export const EXIT_STATUSES = `
Exit status: ${EXIT_OK} all went well, ${EXIT_FAILED} it could not be done, ${EXIT_USAGE} wrong flags, files or folders.`
