// The services, from the .proto files: nothing is generated.
const path = require('path')
const grpc = require('@grpc/grpc-js')
const loader = require('@grpc/proto-loader')

const proto = process.env.KONTIKI_PROTO || path.join(__dirname, '../../proto/src/main/protobuf')
const files = ['publish', 'consume'].map((name) => `kontiki/v1/${name}.proto`)
const options = { includeDirs: [proto], keepCase: true, longs: String, defaults: true, oneofs: true }
const { v1 } = grpc.loadPackageDefinition(loader.loadSync(files, options)).kontiki

exports.publisher = (address) => new v1.PublishService(address, grpc.credentials.createInsecure())
exports.consumer = (address) => new v1.ConsumeService(address, grpc.credentials.createInsecure())
