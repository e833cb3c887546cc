// Loaded before a broker: the unpacking of data fails where nobody catches it, as by a mistake in there.
import { Transform } from 'node:stream'
import { Gunzip } from 'node:zlib'

const { pipe } = Gunzip.prototype
Gunzip.prototype.pipe = function (target, options) {
  // What the broker unpacks of its own is written to something else.
  if (target.constructor === Transform)
    setImmediate(() => {
      throw new Error('a mistake in the midst of a stream')
    })
  return pipe.call(this, target, options)
}
