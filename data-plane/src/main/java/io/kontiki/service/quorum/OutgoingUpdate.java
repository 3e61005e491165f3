package io.kontiki.service.quorum;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.kontiki.metadata.ImageCodec;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.WatchImageResponse.Part;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

/**
 * The image, or a change, on its way to one reader: its bytes in parts of bounded size. They are made as they are asked for,
 * so a reader that falls behind costs the bytes of one part and one topic, however large the image is; the image itself
 * shares with later ones what did not change. Not thread-safe.
 */
final class OutgoingUpdate implements Iterator<Part> {
    /** Below the 4 MiB that gRPC takes by default, and small beside other traffic of a connection. */
    static final int PART_BYTES_MAX = 256 << 10;

    private final boolean image;
    private final LogPosition position;
    private final Iterator<? extends MessageLite> pieces;
    private final int partBytesMax;
    private ByteString made = ByteString.EMPTY;
    private long sentBytes;

    private OutgoingUpdate(
            boolean image, LogPosition position, Stream<? extends MessageLite> pieces, int partBytesMax) {
        this.image = image;
        this.position = position;
        this.pieces = pieces.iterator();
        this.partBytesMax = partBytesMax;
    }

    /** The whole image. */
    static OutgoingUpdate of(MetadataImage image, int partBytesMax) {
        return new OutgoingUpdate(true, image.position(), ImageCodec.pieces(image), partBytesMax);
    }

    /** What changed up to {@code image}. */
    static OutgoingUpdate of(MetadataDelta delta, MetadataImage image, int partBytesMax) {
        return new OutgoingUpdate(false, image.position(), ImageCodec.pieces(delta, image), partBytesMax);
    }

    /** Where the reader is with the last part. */
    LogPosition position() {
        return position;
    }

    @Override
    public boolean hasNext() {
        return !made.isEmpty() || pieces.hasNext();
    }

    @Override
    public Part next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        while (made.size() < partBytesMax && pieces.hasNext()) {
            made = made.concat(pieces.next().toByteString());
        }
        var data = made.substring(0, Math.min(partBytesMax, made.size()));
        made = made.substring(data.size());
        var part = Part.newBuilder()
                .setImage(image)
                .setOffset(sentBytes)
                .setData(data)
                .setLast(!hasNext())
                .build();
        sentBytes += data.size();
        return part;
    }
}
