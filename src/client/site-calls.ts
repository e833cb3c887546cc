/** What operators say of the site over the HTTP API: when there is less than usual, and what everybody is told. */
import type { Schemas } from '../protocol/contract.ts'

/** How the client of the API asks. */
export interface Channel {
  readonly get: <Body>(path: string) => Promise<Body>
  readonly send: <Body>(path: string, body: object) => Promise<Body>
  readonly remove: (path: string) => Promise<void>
}

export class SiteCalls {
  readonly #channel: Channel

  constructor(channel: Channel) {
    this.#channel = channel
  }

  /** Says something to everybody. */
  setMotd(wanted: Schemas['MotdRequest']): Promise<Schemas['Motd']> {
    return this.#channel.send('/admin/motd', wanted)
  }

  /** Says nothing to everybody any more. */
  clearMotd(): Promise<void> {
    return this.#channel.remove('/admin/motd')
  }

  /** When platforms and pools have less than usual. */
  async maintenance(): Promise<readonly Schemas['Maintenance'][]> {
    return (await this.#channel.get<Schemas['MaintenanceList']>('/admin/maintenance')).maintenance ?? []
  }

  /** Takes capacity out of a platform or a pool for a time. */
  maintain(wanted: Schemas['MaintenanceRequest']): Promise<Schemas['Maintenance']> {
    return this.#channel.send('/admin/maintenance', wanted)
  }

  /** Ends a window of maintenance before its time. */
  endMaintenance(uuid: string): Promise<void> {
    return this.#channel.remove(`/admin/maintenance/${encodeURIComponent(uuid)}`)
  }
}
