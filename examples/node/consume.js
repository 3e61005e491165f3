// Reads JSON events as a member of a group: node consume.js HOST:PORT TOPIC GROUP [COUNT]. Without a count it goes on for ever.
const grpc = require('@grpc/grpc-js')
const { consumer } = require('./stubs')

const [address, topic, group, count = Infinity] = process.argv.slice(2)
const client = consumer(address)
const start = { group_id: group, subscription: { topics: [topic] }, start: { earliest: true }, member_id: '' }
let left = Number(count)

function consume() {
  const stream = client.Consume(new grpc.Metadata({ waitForReady: true }))
  stream.on('data', ({ started, revoked, records }) => {
    if (started) start.member_id = started.member_id // Another stream goes on as the same member.
    if (revoked) stream.write({ released: revoked })
    if (records && left > 0) work(stream, records)
  })
  stream.on('error', (error) => {
    if (error.code !== grpc.status.UNAVAILABLE) throw error
    consume()
  })
  stream.on('end', () => { if (left <= 0) client.close() })
  stream.write({ start })
}

function work(stream, { partition, records }) {
  for (const { offset, value } of records) {
    const event = JSON.parse(value)
    console.log(partition, offset, event.user, event.number)
  }
  stream.write({ credits: { records: records.length } }) // The broker commits what these show to be worked through.
  left -= records.length
  if (left <= 0) stream.end() // The broker commits, and the member leaves.
}

consume()
