/** Which commands there are for those who take capacity out of pools for a time. */
import type { Command } from 'commander'
import type { CommandMaker } from './admin-program.ts'
import * as maintenance from './maintenance.ts'
import { gibibytesLeft, wholeNumber } from './numbers.ts'

/** Adds `broker admin maintenance`, `maintain` and `end-maintenance`. */
export function maintenanceCommands<Options>(parent: Command, { make, act }: CommandMaker<Options>): void {
  make(parent, 'maintenance', 'show when platforms and pools have less than usual').action((options: Options) =>
    act(options, (context) => maintenance.maintenance(context)),
  )
  make(parent, 'maintain <place>', 'take capacity out of a pool, or of all pools of a platform, for a time')
    .requiredOption('--until <instant>', 'when everything is as usual again, such as 2026-11-25T18:00Z')
    .requiredOption('--reason <text>', 'why, as a sentence; it is told to those who ask in vain')
    .option('--from <instant>', 'when it begins; now otherwise')
    .option('--cores <number>', 'how many cores are left; with no amount at all, nothing is left', wholeNumber)
    .option('--memory <GiB>', 'how much memory is left', gibibytesLeft)
    .option('--storage <GiB>', 'how much storage is left', gibibytesLeft)
    .option('--accelerators <number>', 'how many accelerators are left', wholeNumber)
    .option('--force', 'although more is promised then: withdraw open offers, and keep what was accepted')
    .action((place: string, options: Options & maintenance.MaintenanceOptions) =>
      act(options, (context) => maintenance.maintain(place, options, context)),
    )
  make(parent, 'end-maintenance <uuid>', 'end a window before its time').action((uuid: string, options: Options) =>
    act(options, (context) => maintenance.endMaintenance(uuid, context)),
  )
}
