"""Reads JSON events as a member of a group: consume.py HOST:PORT TOPIC GROUP [COUNT]. Without a count it goes on for ever."""
import json
import queue
import sys

import grpc
from kontiki.v1 import consume_pb2, consume_pb2_grpc, group_pb2

address, topic, group = sys.argv[1:4]
left = int(sys.argv[4]) if len(sys.argv) > 4 else sys.maxsize
start = consume_pb2.StartConsuming(
    group_id=group, subscription=group_pb2.Subscription(topics=[topic]), start=consume_pb2.StartPosition(earliest=True))
stub = consume_pb2_grpc.ConsumeServiceStub(grpc.insecure_channel(address))
while left > 0:  # Each time around is one stream.
    requests = queue.SimpleQueue()
    requests.put(consume_pb2.ConsumeRequest(start=start))
    try:
        for answer in stub.Consume(iter(requests.get, None), wait_for_ready=True):
            if answer.HasField("started"):
                start.member_id = answer.started.member_id  # The next stream goes on as the same member.
            elif answer.HasField("revoked"):
                requests.put(consume_pb2.ConsumeRequest(released=answer.revoked))
            elif answer.HasField("records") and left > 0:
                for record in answer.records.records:
                    event = json.loads(record.value)
                    print(answer.records.partition, record.offset, event["user"], event["number"], flush=True)
                done = len(answer.records.records)  # The broker commits what these credits show to be worked through.
                requests.put(consume_pb2.ConsumeRequest(credits=consume_pb2.ConsumeCredits(records=done)))
                left -= done
                if left <= 0:
                    requests.put(None)  # Ends this side: the broker commits, the member leaves, the loop ends.
    except grpc.RpcError as error:
        requests.put(None)
        if error.code() != grpc.StatusCode.UNAVAILABLE:
            raise
