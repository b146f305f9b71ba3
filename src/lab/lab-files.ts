/** Names of the files in a lab's data folder. */

/** The HSS: subscribers, SQN. */
export const HSS_DATABASE = 'hss.db'
/** The BSF: bootstrapping sessions. */
export const BSF_DATABASE = 'bsf.db'
/** The CPNS Server: EUKeys, sessions, mailbox. */
export const SERVER_DATABASE = 'server.db'
/** Applications at the CPNS Server: API keys, webhooks. */
export const APP_DATABASE = 'app.db'
/** A PN GW with UserID and password: its EUKey. */
export const GATEWAY_DATABASE = 'gateway.db'
/** Profile of the PN GW's card. */
export const CARD_PROFILE = 'usim.json'
/** Profile of the other subscriber's card. */
export const OTHER_CARD_PROFILE = 'other-usim.json'
/** Pin of the CPNS Server's key, for `--pin`. */
export const SERVER_PIN = 'server.pin'
/** What a PNE keeps. */
export const pneDatabase = (name: string): string => `pne-${name}.db`
/** Log lines (JSON) of all roles. */
export const LOG_FILE = 'lab.log'
/** Profile of a card with the PN GW's identity and another K. */
export const CLONED_CARD_PROFILE = 'cloned-usim.json'
/** Bearer of the admin API of an entity. */
export const ADMIN_TOKEN = 'admin.token'
