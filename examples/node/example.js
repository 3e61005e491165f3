// Publishes three records through any broker, then fetches them from the partition's leader. Nothing is generated: the
// .proto files are read when the program starts.
const path = require('path')
const grpc = require('@grpc/grpc-js')
const loader = require('@grpc/proto-loader')

const proto = process.env.KONTIKI_PROTO || path.join(__dirname, '../../proto/src/main/protobuf')
const files = ['publish', 'fetch', 'metadata'].map((name) => `kontiki/v1/${name}.proto`)
const options = { includeDirs: [proto], keepCase: true, longs: String, defaults: true, oneofs: true }
const { v1 } = grpc.loadPackageDefinition(loader.loadSync(files, options)).kontiki
const connect = (service, address) => new service(address, grpc.credentials.createInsecure())
const call = (client, method, request) => new Promise((resolve, reject) =>
  client[method](request, (error, answer) => (error ? reject(error) : resolve(answer))))

function varint(data, at) {
  let value = 0n, shift = 0n
  for (;;) {
    const byte = BigInt(data[at++])
    value |= (byte & 127n) << shift
    shift += 7n
    if (byte < 128n) return [Number((value >> 1n) ^ -(value & 1n)), at]
  }
}

function * records(data) {
  while (data.length) { // A record batch, version 2: a header of 61 bytes, then the records.
    const base = data.readBigInt64BE(0), length = data.readInt32BE(8), control = data.readInt16BE(21) & 32
    for (let at = 61, left = control ? 0 : data.readInt32BE(57); left > 0; left--) {
      let size, delta, keyLength, valueLength, key
      ;[size, at] = varint(data, at)
      const end = at + size
      ;[, at] = varint(data, at + 1) // One byte of attributes, then the time stamp's delta.
      ;[delta, at] = varint(data, at)
      ;[keyLength, at] = varint(data, at)
      key = data.subarray(at, at += Math.max(keyLength, 0))
      ;[valueLength, at] = varint(data, at)
      yield { offset: base + BigInt(delta), key: `${key}`, value: `${data.subarray(at, at + Math.max(valueLength, 0))}` }
      at = end
    }
    data = data.subarray(12 + length)
  }
}

async function main(address, topic) {
  const lines = ['one', 'two', 'three'].map((text) => ({ key: Buffer.from('node'), value: Buffer.from(text) }))
  const { records: [stored] } = await call(connect(v1.PublishService, address), 'Publish', { topic, records: lines })
  const metadata = await call(connect(v1.MetadataService, address), 'GetMetadata', { topics: [topic] })
  const { leader } = metadata.topics[0].partitions[stored.partition]
  const { host, port } = metadata.brokers.find((broker) => broker.id === leader)
  const stream = connect(v1.FetchService, `${host}:${port}`).Fetch()
  stream.write({ partitions: [{ topic, partition: stored.partition, offset: stored.offset }] })
  for await (const { partitions: [answer] } of stream) {
    for (const { offset, key, value } of records(answer.records)) { // The first batch may begin before what was asked for.
      if (offset >= BigInt(stored.offset)) console.log(`partition ${stored.partition} offset ${offset}: ${key} = ${value}`)
    }
    stream.end()
  }
}

main(...process.argv.slice(2)).then(() => process.exit(0), (error) => { console.error(error.message); process.exit(1) })
