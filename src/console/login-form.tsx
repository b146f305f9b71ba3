/** The page before somebody has logged in. */
import { useState } from 'preact/hooks'
import { logIn } from './live-stream.ts'

/** @param props.onLogin The password was right. */
export function LoginForm({ onLogin }: { onLogin: () => void }) {
  const [trouble, setTrouble] = useState('')
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const password = new FormData(event.currentTarget as HTMLFormElement).get('password')
    if (typeof password !== 'string') return
    setBusy(true)
    const reason = await logIn(password)
    setBusy(false)
    if (reason === undefined) onLogin()
    else setTrouble(reason)
  }
  return (
    <main class="login">
      <form onSubmit={(event) => void submit(event)}>
        <h1>cpns console</h1>
        <label for="password">Password of the administrator</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          aria-describedby="login-trouble"
        />
        <button type="submit" disabled={isBusy}>
          Log in
        </button>
        <p id="login-trouble" class="ill" role="alert">
          {trouble}
        </p>
      </form>
    </main>
  )
}
