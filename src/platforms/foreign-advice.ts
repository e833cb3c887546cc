/** Advice on a platform that is another one than before. What a simulated one runs is in the data directory. */
export function foreignAdvice(name: string, simulated: boolean): string {
  return simulated
    ? `A simulated platform is in the data directory: start this broker with the dataDirectory that it had before, or give the platform another name, such as ${name}-2; only where that directory is lost, run 'broker platform confirm ${name}'`
    : `Give two engines two names, such as ${name}-2 for this one; if the engine was installed anew, run 'broker platform confirm ${name}', and what ran on the old one is lost`
}
