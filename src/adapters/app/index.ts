/** `cpns/app`: an application at a CPNS Server, from its side; and the server's side of applications. Design 8 */
export * from '../../app/index.ts'
export * from './connect-app.ts'
