/** `cpns/pne`: a PNE on its data folder, and the PNE without sockets and files. Design 7, 8 */
export * from '../../pne/index.ts'
export * from './open-pne.ts'
export * from './pairing.ts'
