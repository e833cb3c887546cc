/** What the server of a notebook is told, and how its user gets in. Pure. */
import { NOTEBOOK_PATHS } from './notebook.ts'

const CONFIGURATION_DIRECTORY = '.jupyter'

/** The file with the configuration, in the volume of the notebook. */
export const CONFIGURATION_FILE = `${CONFIGURATION_DIRECTORY}/jupyter_server_config.json`

/**
 * What leads the server to that file. Nobody but root can write in that directory, so it is one that Jupyter reads beside
 * its own, in which it keeps what the user sets. https://docs.jupyter.org/en/latest/use/jupyter-directories.html
 */
export const SERVER_ENVIRONMENT = { JUPYTER_CONFIG_PATH: `${NOTEBOOK_PATHS.input}/${CONFIGURATION_DIRECTORY}` } as const

/** The configuration of the server. Up to version 2 of Jupyter Server the token had its first place, since then the second. */
export function configurationOf(token: string): string {
  return JSON.stringify({
    ServerApp: { token, root_dir: NOTEBOOK_PATHS.input },
    IdentityProvider: { token },
  })
}

/** The token that the compute component of an execution remembers; undefined for one without. */
export function tokenIn(detail: Readonly<Record<string, unknown>>): string | undefined {
  return detail.token as string | undefined
}

/** The URL of a server for who may enter it. */
export function wayIn(location: string, token: string): string {
  const url = new URL(location)
  url.searchParams.set('token', token)
  return url.href
}
