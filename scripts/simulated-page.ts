/** Writes docs/simulated.md from the variables that the simulated platform knows. */
import { SIMULATION_VARIABLES } from '../src/platforms/simulated/program.ts'

/** The page as Markdown. */
export function describeSimulation(): string {
  return [
    '<!-- Generated from src/platforms/simulated by `npm run generate`. Do not edit. -->',
    '# The simulated platform',
    '',
    'It runs any executable without running anything: containers have a duration, output and an exit code that are made',
    'up. Every offer says so. It is for development, demonstrations, and tests of load and faults.',
    '',
    'A few programs behave as they are expected to: `echo`, `sleep`, `cat`, `true`, `false`, `cp` between mounted volumes, and the',
    'checksums (`sha256sum`, `md5sum` and the like) of files in them, which are computed of the data that were really staged.',
    'What `cp` makes is there as soon as the program runs, and is saved where the request says so. Any other program says that it was simulated and ends with 0 after the duration that the configuration gives (`duration`, PT1S).',
    '',
    'A notebook is not executed: what is saved is the notebook that was fetched. One that is interactive is served nowhere, until its time is over or its user is done.',
    '',
    'Ports are published at `simulated.invalid`, a name that is nowhere: connectors have a life as everywhere, and lead to',
    'nothing.',
    '',
    'A file `away` in the directory of the platform (`<dataDirectory>/simulated/<name>/away`) makes it not answer until the',
    'file is removed, as an engine that was stopped.',
    '',
    'The environment of the executable in the request programs the rest:',
    '',
    '| Variable | Meaning |',
    '|---|---|',
    ...Object.entries(SIMULATION_VARIABLES).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
    '',
  ].join('\n')
}
