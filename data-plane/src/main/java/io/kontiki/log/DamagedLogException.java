package io.kontiki.log;

/**
 * A log is damaged where every byte had been durable, or may have been: bytes flipped, vanished or replaced. Such damage is
 * never cut in silence (rule R7), and no batch was changed on disk; {@link ClosedLog#setDamageAside} makes the log usable
 * again up to the damage.
 */
public final class DamagedLogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long position;
    private final long offset;

    DamagedLogException(String file, long position, long offset, String what) {
        super(file + " is damaged at byte " + position + ", offset " + offset + ", " + what);
        this.file = file;
        this.position = position;
        this.offset = offset;
    }

    /** The damaged segment, relative to the disk's root. */
    public String file() {
        return file;
    }

    /** Byte in that file where the damage begins. */
    public long position() {
        return position;
    }

    /** First offset that is lost here. */
    public long offset() {
        return offset;
    }
}
