/** The page before somebody has logged in. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { logIn } from './live-stream.ts'

/** @param props.notice Why one has to log in again. @param props.onLogin The password was right. */
export function LoginForm({ notice = '', onLogin }: { notice?: string; onLogin: () => void }) {
  const field = useRef<HTMLInputElement>(null)
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
  useEffect(() => field.current?.focus(), [trouble])
  return (
    <main class="login">
      <form onSubmit={(event) => void submit(event)}>
        <h1>cpns console</h1>
        <p role="status">{notice}</p>
        {/* For password managers, and for who reads the form aloud: whose password it is. */}
        <input type="text" name="username" autocomplete="username" value="admin" readOnly hidden />
        <label for="password">Password of the administrator</label>
        <input
          ref={field}
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          aria-describedby="login-help login-trouble"
          aria-invalid={trouble !== ''}
        />
        <small id="login-help">It is in admin.token in the data folder of the server.</small>
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
