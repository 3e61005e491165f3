"""Publishes three records through any broker, then fetches them from the partition's leader. Needs only generated stubs."""
import io
import struct
import sys

import grpc
from kontiki.v1 import fetch_pb2, fetch_pb2_grpc, metadata_pb2, metadata_pb2_grpc, publish_pb2, publish_pb2_grpc


def varint(source):  # Zig-zag: 0, -1, 1, -2, ...; seven bits to a byte, the lowest first.
    value, shift, byte = 0, 0, 128
    while byte & 128:
        byte = source.read(1)[0]
        value, shift = value | (byte & 127) << shift, shift + 7
    return (value >> 1) ^ -(value & 1)


def records(source):
    while header := source.read(61):  # Of a record batch, version 2.
        base_offset, length, attributes, count = struct.unpack(">qi9xh34xi", header)
        batch = io.BytesIO(source.read(length - 49))
        for _ in range(0 if attributes & 32 else count):  # Bit 5: a control batch, which is not for us.
            record = io.BytesIO(batch.read(varint(batch)))
            record.read(1), varint(record)  # Attributes and time stamp, not needed here.
            yield base_offset + varint(record), record.read(max(varint(record), 0)), record.read(max(varint(record), 0))


channel, topic = grpc.insecure_channel(sys.argv[1]), sys.argv[2]
lines = [publish_pb2.PublishRecord(key=b"python", value=text) for text in (b"one", b"two", b"three")]
stored = publish_pb2_grpc.PublishServiceStub(channel).Publish(publish_pb2.PublishRequest(topic=topic, records=lines)).records[0]
metadata = metadata_pb2_grpc.MetadataServiceStub(channel).GetMetadata(metadata_pb2.GetMetadataRequest(topics=[topic]))
leader = next(b for b in metadata.brokers if b.id == metadata.topics[0].partitions[stored.partition].leader)
wanted = fetch_pb2.FetchPartition(topic=topic, partition=stored.partition, offset=stored.offset)
fetch = fetch_pb2_grpc.FetchServiceStub(grpc.insecure_channel(f"{leader.host}:{leader.port}")).Fetch
answer = next(fetch(iter([fetch_pb2.FetchRequest(partitions=[wanted])]))).partitions[0]
for offset, key, value in records(io.BytesIO(answer.records)):
    if offset >= stored.offset:  # The first batch may begin before the offset that was asked for.
        print(f"partition {stored.partition} offset {offset}: {key.decode()} = {value.decode()}")
