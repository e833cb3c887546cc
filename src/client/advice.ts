/** Advice that the command line gives in the words of the broker. */
export { convertAmount } from '../domain/amounts.ts'
export { adviceOf } from '../protocol/message-advice.ts'
