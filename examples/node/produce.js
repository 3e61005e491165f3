// Publishes JSON events: node produce.js HOST:PORT TOPIC COUNT
const { publisher } = require('./stubs')

const [address, topic, count] = process.argv.slice(2)
const client = publisher(address)
const stream = client.PublishStream()

stream.on('data', ({ correlation_id: number, records, error }) => { // In any order, each once all in-sync replicas have it.
  if (error) {
    process.exitCode = 1
    console.error('event', number, 'failed:', error.message)
  }
  for (const { partition, offset } of records) console.log('stored', partition, offset)
})
stream.on('error', (error) => { process.exitCode = 1; console.error(error.message) })
stream.on('end', () => client.close())

async function main() {
  for (let number = 1; number <= Number(count); number++) {
    const event = { user: `user-${number % 10}`, from: 'node', number }
    // The user is the key: events of one user stay in order.
    const record = { key: Buffer.from(event.user), value: Buffer.from(JSON.stringify(event)) }
    const taken = stream.write({ correlation_id: number, publish: { topic, records: [record] } })
    if (!taken) await new Promise((resolve) => stream.once('drain', resolve)) // The broker makes this side wait.
  }
  stream.end()
}

main()
