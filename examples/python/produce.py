"""Publishes JSON events: produce.py HOST:PORT TOPIC COUNT"""
import json
import sys

import grpc
from kontiki.v1 import publish_pb2, publish_pb2_grpc

address, topic, count = sys.argv[1], sys.argv[2], int(sys.argv[3])


def calls():
    for number in range(1, count + 1):
        event = {"user": f"user-{number % 10}", "from": "python", "number": number}
        # The user is the key: events of one user stay in order.
        record = publish_pb2.PublishRecord(key=event["user"].encode(), value=json.dumps(event).encode())
        request = publish_pb2.PublishRequest(topic=topic, records=[record])
        yield publish_pb2.PublishStreamRequest(correlation_id=number, publish=request)


failed = 0
stub = publish_pb2_grpc.PublishServiceStub(grpc.insecure_channel(address))
for answer in stub.PublishStream(calls()):  # In any order, each once all in-sync replicas have the record.
    if answer.HasField("error"):
        failed += 1
        print("event", answer.correlation_id, "failed:", answer.error.message, file=sys.stderr)
    for stored in answer.records:
        print("stored", stored.partition, stored.offset)
sys.exit(1 if failed else 0)
