package io.kontiki.service.quorum;

import com.google.protobuf.ByteString;
import io.kontiki.proto.internal.v1.WatchImageResponse.Part;
import java.util.Optional;

/** Puts the parts of the image, or of a change, together as they come from one stream. Not thread-safe. */
final class IncomingUpdate {
    /** Millions of partitions; more can only be a defect, which must not take all memory. */
    static final int BYTES_MAX = 256 << 20;

    private final int bytesMax;
    private ByteString bytes = ByteString.EMPTY;
    private boolean image;

    IncomingUpdate(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * @return with the last part the bytes of the whole record
     * @throws IllegalArgumentException if the part does not continue the ones before, or the record is too large; take no
     *     more of this stream then
     */
    Optional<ByteString> add(Part part) {
        if (part.getOffset() != bytes.size() || !bytes.isEmpty() && part.getImage() != image) {
            throw new IllegalArgumentException("a part of " + noun(part.getImage()) + " at offset " + part.getOffset()
                    + " came after " + bytes.size() + " bytes of " + noun(image));
        }
        if (part.getData().size() > bytesMax - bytes.size()) {
            throw new IllegalArgumentException(noun(part.getImage()) + " has more than " + bytesMax
                    + " bytes, the most that a broker without a vote takes");
        }
        image = part.getImage();
        bytes = bytes.concat(part.getData());
        if (!part.getLast()) {
            return Optional.empty();
        }
        var whole = bytes;
        bytes = ByteString.EMPTY;
        return Optional.of(whole);
    }

    private static String noun(boolean image) {
        return image ? "a metadata image" : "a metadata change";
    }
}
