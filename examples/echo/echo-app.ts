/** An application in six lines: it answers every message with what it got. In a program of your own: `from 'cpns/app'`. */
import { type AppTarget, connectApp } from '../../src/adapters/app/index.ts'

/** Answers until it is closed. */
export async function runEchoApp(target: AppTarget): Promise<{ close(): Promise<void> }> {
  const app = connectApp(target)
  void app.listen(async ({ from, text }) => {
    await app.send({ to: from, text: `echo: ${text}` })
  })
  return app
}
