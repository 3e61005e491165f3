package io.kontiki.broker.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;

/**
 * What a page answers.
 *
 * @param status of HTTP
 * @param contentType with its character set
 * @param body written once, on the thread of the request
 */
public record HttpReply(int status, String contentType, Body body) {
    public static final int OK = 200;
    public static final int NOT_FOUND = 404;
    public static final int METHOD_NOT_ALLOWED = 405;
    public static final int UNAVAILABLE = 503;

    private static final String PLAIN_TEXT = "text/plain; charset=utf-8";

    /** The bytes of an answer. */
    @FunctionalInterface
    public interface Body {
        /** Leaves {@code out} open. */
        void writeTo(OutputStream out) throws IOException;

        /** Bytes that are in memory until it is written; 0 for few. */
        default long bytesHeld() {
            return 0;
        }
    }

    /** Text for people, in UTF-8. */
    public static HttpReply text(int status, String text) {
        return new HttpReply(status, PLAIN_TEXT, out -> out.write(text.getBytes(UTF_8)));
    }
}
