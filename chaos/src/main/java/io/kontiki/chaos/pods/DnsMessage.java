package io.kontiki.chaos.pods;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/** A query of DNS (RFC 1035) with one question, and the answer to it: addresses of IPv4, or that there are none. */
record DnsMessage(short id, boolean recursionDesired, String name, short type, byte[] question) {
    private static final int HEADER = 12;
    private static final int LABEL_MAX = 63;
    private static final short TYPE_A = 1;
    private static final short CLASS_IN = 1;
    private static final short RESPONSE = (short) 0x8400;
    private static final short RECURSION_DESIRED = 0x0100;
    private static final short RECURSION_AVAILABLE = 0x0080;
    private static final short NO_SUCH_NAME = 3;

    /** The name of the question, as a pointer to where it stands. */
    private static final short POINTER = (short) (0xC000 | HEADER);

    /** What a datagram holds, if it is such a query. */
    static Optional<DnsMessage> parse(byte[] datagram, int length) {
        ByteBuffer in = ByteBuffer.wrap(datagram, 0, length);
        if (length < HEADER || in.getShort(4) != 1 || in.getShort(2) < 0) {
            return Optional.empty();
        }
        in.position(HEADER);
        StringJoiner name = new StringJoiner(".");
        while (in.hasRemaining()) {
            int label = in.get() & 0xFF;
            if (label > LABEL_MAX || in.remaining() < label) {
                return Optional.empty();
            }
            if (label == 0) {
                return in.remaining() < 4 ? Optional.empty() : Optional.of(complete(in, name.toString()));
            }
            byte[] text = new byte[label];
            in.get(text);
            name.add(new String(text, StandardCharsets.ISO_8859_1));
        }
        return Optional.empty();
    }

    private static DnsMessage complete(ByteBuffer in, String name) {
        short type = in.getShort();
        in.getShort();
        byte[] question = new byte[in.position() - HEADER];
        in.get(HEADER, question);
        boolean recursion = (in.getShort(2) & RECURSION_DESIRED) != 0;
        return new DnsMessage(in.getShort(0), recursion, name.toLowerCase(Locale.ROOT), type, question);
    }

    /**
     * The answer.
     *
     * @param addresses of that name, each of four bytes; empty if there is no such name
     * @param ttlSeconds for so long it may be remembered
     */
    byte[] answer(Optional<List<byte[]>> addresses, int ttlSeconds) {
        List<byte[]> told = type == TYPE_A ? addresses.orElse(List.of()) : List.of();
        int flags = RESPONSE | RECURSION_AVAILABLE;
        flags |= recursionDesired ? RECURSION_DESIRED : 0;
        flags |= addresses.isEmpty() ? NO_SUCH_NAME : 0;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer header = ByteBuffer.allocate(HEADER).putShort(id).putShort((short) flags);
        header.putShort((short) 1).putShort((short) told.size());
        out.writeBytes(header.array());
        out.writeBytes(question);
        for (byte[] address : told) {
            ByteBuffer record = ByteBuffer.allocate(HEADER + address.length);
            record.putShort(POINTER).putShort(TYPE_A).putShort(CLASS_IN).putInt(ttlSeconds);
            record.putShort((short) address.length).put(address);
            out.writeBytes(record.array());
        }
        return out.toByteArray();
    }
}
