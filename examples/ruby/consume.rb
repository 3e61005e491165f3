# Reads JSON events as a member of a group: consume.rb HOST:PORT TOPIC GROUP [COUNT]. Without a count it goes on for ever.
require 'json'
require 'kontiki/v1/consume_services_pb'

V1 = Kontiki::V1
$stdout.sync = true
address, topic, group, count = ARGV
left = count ? count.to_i : Float::INFINITY
start = V1::StartConsuming.new(group_id: group, subscription: V1::Subscription.new(topics: [topic]),
                               start: V1::StartPosition.new(earliest: true))
stub = V1::ConsumeService::Stub.new(address, :this_channel_is_insecure)
while left > 0 # Each time around is one stream.
  requests = Queue.new
  requests << V1::ConsumeRequest.new(start: start)
  begin
    stub.consume(Enumerator.new { |out| while (request = requests.pop) do out << request end }).each do |answer|
      case answer.response
      when :started
        start.member_id = answer.started.member_id # The next stream goes on as the same member.
      when :revoked
        requests << V1::ConsumeRequest.new(released: answer.revoked)
      when :records
        next unless left > 0
        answer.records.records.each do |record|
          event = JSON.parse(record.value)
          puts "#{answer.records.partition} #{record.offset} #{event['user']} #{event['number']}"
        end
        done = answer.records.records.size # The broker commits what these credits show to be worked through.
        requests << V1::ConsumeRequest.new(credits: V1::ConsumeCredits.new(records: done))
        left -= done
        requests.close unless left > 0 # Ends this side: the broker commits, the member leaves, the loop ends.
      end
    end
  rescue GRPC::Unavailable
    requests.close
    sleep 1
  end
end
