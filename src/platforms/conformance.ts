/**
 * What every platform must do. Each adapter's test is one call of this; new behaviour is first a case here.
 *
 * The suite asks for programs by what they shall do; the adapter's test says how a program is made to do that there.
 */
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { smallRequest } from '../../test/support/policies.ts'
import { platformTrial, type PlatformUnderTest } from '../../test/support/platform-trial.ts'
import type { Endpoint } from '../domain/connectors.ts'
import type { ExecutionId } from '../domain/ids.ts'

const GRACE_MS = 1_000

/** Runs the suite on a platform. */
export function platformConformance(name: string, make: () => Promise<PlatformUnderTest>): void {
  describe(`${name} as a platform`, () => {
    const trial = platformTrial(name, make)
    const { executions, releaseAll, quiet, execution, volume, image, prepared, started } = trial
    const { observe, exited, written, put, taken, itIf, itWhen } = trial

    describe('itself', () => {
      it('says what it is and what it has', async () => {
        const { product, capacity, identity } = await trial.platform.probe()
        expect((await trial.platform.probe()).identity).toBe(identity)
        expect(product).not.toBe('')
        expect(capacity.cores).toBeGreaterThan(0)
        expect(capacity.memory).toBeGreaterThan(0)
      })
      it('gives no privileges, and says so before anything is offered', () => {
        const pointers = (privileged: boolean) =>
          trial.platform.unsupported(smallRequest({}, { privileged })).map(({ pointer }) => pointer)
        expect(pointers(true)).toContain('/executable/privileged')
        expect(pointers(false)).not.toContain('/executable/privileged')
      })
    })

    describe('an image', () => {
      it('that is there has an id, the same every time', async () => {
        expect(await image()).toMatch(/^sha256:[0-9a-f]{64}$/)
        expect(await image()).toBe(await image())
      })
      it('that is nowhere is IMAGE_UNAVAILABLE', async () => {
        await expect(trial.platform.prepareImage(trial.under.missing, () => undefined, quiet)).rejects.toMatchObject({
          code: 'IMAGE_UNAVAILABLE',
        })
      })
    })

    describe('a volume', () => {
      it('tells the names of its files and directories, and not of its links', async () => {
        const ref = volume(execution())
        await trial.platform.prepareVolume(ref, 1, [])
        await trial.platform.writeLink(ref, 'content', 'result.fits')
        expect(await trial.platform.namesIn(ref, quiet)).toEqual({ names: [], isComplete: true })
        await put(ref, 'other 1.fits', 'made')
        await put(ref, 'more/inside.fits', 'made')
        expect((await trial.platform.namesIn(ref, quiet)).names.toSorted()).toEqual(['more', 'other 1.fits'])
      })
      it('shows the program its files, under their name and through a link', async () => {
        const id = execution()
        const ref = volume(id)
        await trial.platform.prepareVolume(ref, 1, [])
        await put(ref, 'image.fits', 'SIMPLE')
        await trial.platform.writeLink(ref, 'content', 'image.fits')
        const mounts = [{ volume: ref, path: '/input', readOnly: true }]
        await started({ reads: '/input/content' }, { execution: id, mounts })
        expect((await exited(id)).exitCode).toBe(0)
        expect(await written(id, 'stdout')).toBe('SIMPLE')
      })
      it('is made, filled and removed as often as asked with the same result', async () => {
        const id = execution()
        const ref = volume(id)
        for (let turn = 0; turn < 2; turn++) {
          await trial.platform.prepareVolume(ref, 1, ['inside'])
          await put(ref, 'image.fits', `turn ${turn}`)
          await trial.platform.writeLink(ref, 'content', 'image.fits')
        }
        await started(
          { reads: '/input/content' },
          { execution: id, mounts: [{ volume: ref, path: '/input', readOnly: true }] },
        )
        await exited(id)
        expect(await written(id, 'stdout')).toBe('turn 1')
        await trial.platform.releaseWorkload(id)
        await trial.platform.releaseVolume(ref)
        await trial.platform.releaseVolume(ref)
      })
      it('can be mounted into another one', async () => {
        const id = execution()
        const [outer, inner] = [volume(id, 'storage-0'), volume(id, 'data-0')]
        await trial.platform.prepareVolume(outer, 1, ['image'])
        await trial.platform.prepareVolume(inner, 1, [])
        await put(inner, 'image.fits', 'inner')
        const mounts = [
          { volume: outer, path: '/outer', readOnly: true },
          { volume: inner, path: '/outer/image', readOnly: true },
        ]
        await started({ reads: '/outer/image/image.fits' }, { execution: id, mounts })
        await exited(id)
        expect(await written(id, 'stdout')).toBe('inner')
      })
      itIf('writes', 'is written to when it may be, by whatever user the program runs as', async () => {
        const id = execution()
        const ref = volume(id)
        await trial.platform.prepareVolume(ref, 1, [])
        await started(
          { writes: '/output/result' },
          { execution: id, mounts: [{ volume: ref, path: '/output', readOnly: false }] },
        )
        expect((await exited(id)).exitCode).toBe(0)
      })
      itIf('writes', 'is not written to when it may not be', async () => {
        const id = execution()
        const ref = volume(id)
        await trial.platform.prepareVolume(ref, 1, [])
        await started(
          { writes: '/input/result' },
          { execution: id, mounts: [{ volume: ref, path: '/input', readOnly: true }] },
        )
        expect((await exited(id)).exitCode).toBe(1)
      })
      it('tells when a transfer breaks off, and takes the file again', async () => {
        const id = execution()
        const ref = volume(id)
        await trial.platform.prepareVolume(ref, 1, [])
        const broken = Readable.from(
          (function* () {
            yield Buffer.from('half')
            throw new Error('the source broke off')
          })(),
        )
        await expect(
          trial.platform.writeFile(ref, { path: 'a', sizeBytes: 8, content: broken }, quiet),
        ).rejects.toThrow()
        const failing = new Readable({ read: () => undefined })
        const writing = trial.platform.writeFile(ref, { path: 'a', sizeBytes: 8, content: failing }, quiet)
        failing.destroy(new Error('the source failed before it was read'))
        await expect(writing).rejects.toThrow()
        await put(ref, 'a', 'complete')
        await started({ reads: '/v/a' }, { execution: id, mounts: [{ volume: ref, path: '/v', readOnly: true }] })
        await exited(id)
        expect(await written(id, 'stdout')).toBe('complete')
      })
      it('is measured', async () => {
        const id = execution()
        const ref = volume(id)
        const bytes = async () => {
          const found = (await trial.platform.volumeUse(quiet)).find((one) => one.execution === id)
          expect(found?.name).toBe(ref.name)
          return found?.bytes ?? NaN
        }
        await trial.platform.prepareVolume(ref, 1, [])
        const before = await bytes()
        await put(ref, 'image.fits', 'S'.repeat(200_000))
        expect(await bytes()).toBeGreaterThanOrEqual(before + 200_000)
      })
      it('gives its files back, and no more than files', async () => {
        const ref = volume(execution())
        await trial.platform.prepareVolume(ref, 1, ['inside'])
        await put(ref, 'image.fits', 'SIMPLE')
        await put(ref, 'empty', '')
        await trial.platform.writeLink(ref, 'content', 'image.fits')
        expect(await taken(ref, 'image.fits')).toBe('SIMPLE')
        expect(await taken(ref, 'empty')).toBe('')
        expect(await trial.platform.readFile(ref, 'nothing', quiet)).toBeUndefined()
        await expect(trial.platform.readFile(ref, 'inside', quiet)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
        // A link may be followed to another file of the volume, and never out of it.
        await trial.platform.writeLink(ref, 'outside', '/etc/passwd')
        const out = await trial.platform.readFile(ref, 'outside', quiet).catch((error: { code?: string }) => error.code)
        expect(['PLATFORM_REFUSED', undefined]).toContain(out)
        expect(trial.platform.volumeName(ref)).toMatch(/data-0/)
      })
      itIf(
        'writes',
        'gives back what the program has written, also to a file that was put there for that',
        async () => {
          const id = execution()
          const ref = volume(id)
          await trial.platform.prepareVolume(ref, 1, [])
          const content = Readable.from([Buffer.from('before')])
          await trial.platform.writeFile(ref, { path: 'old', sizeBytes: 6, content, writable: true }, quiet)
          const mounts = [{ volume: ref, path: '/output', readOnly: false }]
          await started({ writes: '/output/old' }, { execution: id, mounts })
          expect((await exited(id)).exitCode).toBe(0)
          expect(await taken(ref, 'old')).not.toBe('before')
        },
      )
      itWhen('enforcesVolumeSize', 'holds no more than its size', async () => {
        const ref = volume(execution())
        await trial.platform.prepareVolume(ref, 1, [])
        const content = Readable.from([Buffer.alloc(1)])
        await expect(
          trial.platform.writeFile(ref, { path: 'a', sizeBytes: 2 ** 31, content }, quiet),
        ).rejects.toMatchObject({
          code: 'NO_SPACE',
        })
      })
    })

    describe('a workload', () => {
      it('is made once however often it is prepared, and does not run yet', async () => {
        const id = await prepared({ stdout: ['ran'] })
        await prepared({ stdout: ['ran'] }, { execution: id })
        expect(await observe(id)).toMatchObject({ state: 'created' })
        expect(await written(id, 'stdout')).toBe('')
      })
      it('runs and tells its exit code, its times and what it wrote', async () => {
        const before = Date.now()
        const id = await started({ stdout: ['one', 'two'], stderr: ['three'], exitCode: 3 })
        const seen = await exited(id)
        expect(seen.exitCode).toBe(3)
        expect(seen.outOfMemory).toBe(false)
        expect(seen.startedAt).toBeGreaterThanOrEqual(before - 1_000)
        expect(seen.finishedAt).toBeGreaterThanOrEqual(seen.startedAt)
        expect(await written(id, 'stdout')).toBe('one\ntwo\n')
        expect(await written(id, 'stderr')).toBe('three\n')
        expect(await written(id, 'stdout', { from: 4 })).toBe('two\n')
      })
      it('is seen while it runs', async () => {
        const id = await started({ seconds: 60 })
        expect((await observe(id)).state).toBe('running')
        await trial.platform.releaseWorkload(id)
      })
      it('runs once however often it is started', async () => {
        const id = await started({ stdout: ['ran'] })
        await trial.platform.start(id)
        const first = await exited(id)
        await trial.platform.start(id)
        expect(await exited(id)).toEqual(first)
        expect(await written(id, 'stdout')).toBe('ran\n')
      })
      it('that cannot be started is PROGRAM_NOT_STARTED', async () => {
        const id = await prepared({}, { ...trial.under.noProgram })
        await expect(trial.platform.start(id)).rejects.toMatchObject({ code: 'PROGRAM_NOT_STARTED' })
        expect((await observe(id)).state).not.toBe('running')
      })
      it('has its output followed until it ends', async () => {
        const id = await started({ stdout: ['begin'], seconds: 1 })
        expect(await written(id, 'stdout', { follow: true })).toBe('begin\n')
        expect((await observe(id)).state).not.toBe('running')
      })
      it('is not followed any longer once the follower has gone', async () => {
        const id = await started({ stdout: ['begin'], seconds: 60 })
        const gone = new AbortController()
        for await (const chunk of trial.platform.output(id, 'stdout', { from: 0, follow: true, signal: gone.signal })) {
          expect(chunk.length).toBeGreaterThan(0)
          gone.abort()
        }
        await trial.platform.releaseWorkload(id)
      })
      it('is stopped, and stopping again changes nothing', async () => {
        const id = await started({ seconds: 60 })
        await trial.platform.stop(id, GRACE_MS)
        const first = await exited(id)
        expect(first.exitCode).not.toBe(0)
        await trial.platform.stop(id, GRACE_MS)
        expect(await exited(id)).toEqual(first)
      })
      itIf('ignoresTerm', 'that ignores SIGTERM is killed after the grace period', async () => {
        const id = await started({ stdout: ['ready'], seconds: 60, ignoresTerm: true })
        // What it writes comes after it has begun to ignore the signal.
        for await (const chunk of trial.platform.output(id, 'stdout', { from: 0, follow: true, signal: quiet }))
          if (chunk.length > 0) break
        await trial.platform.stop(id, GRACE_MS)
        expect(await exited(id)).toMatchObject({ exitCode: 137, outOfMemory: false })
      })
      itWhen('enforcesMemory', 'that takes too much memory is killed', async () => {
        const id = await started({ takesTooMuchMemory: true })
        const seen = await exited(id)
        expect(seen.outOfMemory).toBe(trial.under.tellsOutOfMemory)
        expect(seen.exitCode).toBe(137)
      })
      itIf(
        'exitCode',
        'that ends as if a signal had ended it has that exit code, and memory is not the cause',
        async () => {
          for (const exitCode of [134, 137, 143, 158]) {
            const seen = await exited(await started({ exitCode }))
            expect([seen.exitCode, seen.outOfMemory, seen.platformError]).toEqual([exitCode, false, undefined])
          }
        },
      )
      it('hints that it has ended', async () => {
        const id = await prepared({})
        const hinted = new Promise<void>((resolve) => {
          const unwatch = trial.platform.watch((changed) => {
            if (changed !== id) return
            unwatch()
            resolve()
          })
        })
        await trial.platform.start(id)
        await hinted
      })
      it('is gone after release, running or not, and releasing again changes nothing', async () => {
        const id = await started({ seconds: 60 })
        await trial.platform.releaseWorkload(id)
        expect(await observe(id)).toEqual({ state: 'gone' })
        await trial.platform.releaseWorkload(id)
        expect(await written(id, 'stdout', { follow: true })).toBe('')
      })
      it('that was never there is gone, and stopping or releasing it is no error', async () => {
        const id = execution()
        expect(await observe(id)).toEqual({ state: 'gone' })
        await trial.platform.stop(id, GRACE_MS)
        await trial.platform.releaseWorkload(id)
        await trial.platform.releaseVolume({ execution: id, name: 'data-0' })
      })
    })

    describe('a port', () => {
      const PORT = 8080
      const ports = [{ port: PORT, transport: 'tcp' }] as const
      /** Where it is, once the platform has chosen. */
      async function endpoint(id: ExecutionId, on = trial.platform): Promise<Endpoint> {
        for (;;) {
          const [found] = await on.endpoints(id)
          if (found) return found
          expect((await observe(id)).state).toBe('running')
        }
      }

      it('is reached nowhere when nothing asked for it', async () => {
        const id = await started({ seconds: 60 })
        expect(await trial.platform.endpoints(id)).toEqual([])
        await trial.platform.releaseWorkload(id)
      })
      itWhen('publishesPorts', 'is reached as long as its program runs, always at the same place', async () => {
        const id = await prepared({ serves: PORT, seconds: 60 }, { ports })
        await prepared({ serves: PORT, seconds: 60 }, { ports, execution: id })
        expect(await trial.platform.endpoints(id)).toEqual([])
        await trial.platform.start(id)
        const found = await endpoint(id)
        expect(found).toMatchObject({ port: PORT, transport: 'tcp' })
        expect(found.host).not.toBe('')
        expect(found.publishedPort).toBeGreaterThan(0)
        const again = trial.under.open()
        await again.probe()
        expect(await endpoint(id, again)).toEqual(found)
        await again.close()
        await trial.platform.stop(id, GRACE_MS)
        expect(await trial.platform.endpoints(id)).toEqual([])
        await trial.platform.releaseWorkload(id)
        expect(await trial.platform.endpoints(id)).toEqual([])
      })
      const leads = async () => {
        const id = await started({ serves: PORT, seconds: 60 }, { ports })
        const { host, publishedPort } = await endpoint(id)
        // It is published before the program listens.
        const ask = () => fetch(`http://${host}:${publishedPort}/`).catch(() => undefined)
        let answer = await ask()
        while (!answer && (await observe(id)).state === 'running') answer = await ask()
        expect(answer?.headers.get('date')).toBeTruthy()
        await trial.platform.releaseWorkload(id)
      }
      itWhen('publishesPorts', 'really leads to the program', leads, 'serves')
    })

    describe('after a restart of the broker', () => {
      itWhen('survivesBroker', 'a running workload is found, and its output whole', async () => {
        const again = trial.under.open()
        await again.probe()
        const id = await started({ stdout: ['begin'], seconds: 1 })
        try {
          expect((await observe(id, again)).state).toBe('running')
          expect(await written(id, 'stdout', { follow: true, on: again })).toBe('begin\n')
        } finally {
          await again.close()
        }
      })
    })

    // Last: everything above is to be found, and then gone.
    describe('what it holds', () => {
      it('is listed, and nothing is left after everything was released', async () => {
        const ports = trial.platform.capabilities.publishesPorts ? [{ port: 8080, transport: 'tcp' } as const] : []
        const id = await prepared({}, { ports })
        const ref = volume(id)
        await trial.platform.prepareVolume(ref, 1, [])
        const held = await trial.platform.owned()
        expect(held).toContainEqual({ kind: 'workload', execution: id })
        expect(held).toContainEqual({ kind: 'volume', execution: id, name: 'data-0' })
        await releaseAll()
        const mine = (await trial.platform.owned()).filter((one) => executions.includes(one.execution))
        expect(mine).toEqual([])
      })
    })
  })
}
