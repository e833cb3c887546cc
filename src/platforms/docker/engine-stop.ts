/**
 * What an engine sends to a program when it shuts down, or when somebody stops the container there: the kernel's signal for
 * a failing power supply. Hardly any program listens to it, so that one which would answer SIGTERM with 0 is not taken for
 * one that has done its work. The broker sends SIGTERM itself (`stopping.ts`).
 */
export const ENGINE_STOP = { name: 'SIGPWR', timeoutSeconds: 10 } as const
