# Publishes JSON events: produce.rb HOST:PORT TOPIC COUNT
require 'json'
require 'kontiki/v1/publish_services_pb'

V1 = Kontiki::V1
address, topic, count = ARGV

calls = Enumerator.new do |out|
  1.upto(count.to_i) do |number|
    event = { user: "user-#{number % 10}", from: 'ruby', number: number }
    # The user is the key: events of one user stay in order.
    record = V1::PublishRecord.new(key: event[:user], value: event.to_json)
    request = V1::PublishRequest.new(topic: topic, records: [record])
    out << V1::PublishStreamRequest.new(correlation_id: number, publish: request)
  end
end

failed = 0
stub = V1::PublishService::Stub.new(address, :this_channel_is_insecure)
stub.publish_stream(calls).each do |answer| # In any order, each once all in-sync replicas have the record.
  if answer.error
    failed += 1
    warn "event #{answer.correlation_id} failed: #{answer.error.message}"
  end
  answer.records.each { |stored| puts "stored #{stored.partition} #{stored.offset}" }
end
exit failed.zero?
