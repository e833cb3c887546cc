/** Builds dist/: compiled code, the files that it reads, and the seed of the embedded database. */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'

execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
cpSync('src', 'dist', { recursive: true, filter: (path) => !/\.\w+$/.test(path) || /\.(sql|json)$/.test(path) })
chmodSync('dist/broker.js', 0o755)
// The page that shows the contract, with what its licence asks for.
for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-bundle.js.LICENSE.txt', 'LICENSE', 'NOTICE'])
  cpSync(`node_modules/swagger-ui-dist/${file}`, `dist/http/swagger-ui/${file}`)
await buildSeed()

/** Starting from a seed needs a third of the memory of initialising a database, so a small machine can do it. */
async function buildSeed(): Promise<void> {
  const { version } = JSON.parse(readFileSync('node_modules/@electric-sql/pglite/package.json', 'utf8')) as {
    version: string
  }
  const marker = 'dist/store/seed.version'
  if (existsSync(marker) && existsSync('dist/store/seed.tgz') && readFileSync(marker, 'utf8') === version) return
  const database = await PGlite.create()
  const seed = await database.dumpDataDir('gzip')
  await database.close()
  mkdirSync('dist/store', { recursive: true })
  writeFileSync('dist/store/seed.tgz', Buffer.from(await seed.arrayBuffer()))
  writeFileSync(marker, version)
}
