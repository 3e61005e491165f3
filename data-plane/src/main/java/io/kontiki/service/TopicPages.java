package io.kontiki.service;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.ListTopicsRequest;
import io.kontiki.proto.v1.ListTopicsResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Lists topics in pages. The token of a page is the last name of the page before: topics that come and go between two
 * pages are shown or not, but none that stays is missed or shown twice.
 */
final class TopicPages {
    private static final int PAGE_MAX = 1000;
    /** A page must fit into the 4 MiB that clients take by default. */
    private static final int PAGE_BYTES_MAX = 2 << 20;

    private TopicPages() {}

    static ListTopicsResponse page(MetadataImage image, ListTopicsRequest request) {
        int size = request.getPageSize() == 0 ? PAGE_MAX : request.getPageSize();
        if (size < 1 || size > PAGE_MAX) {
            throw RequestLimits.refused(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "page_size",
                    "page_size " + size + " is not within 1 to " + PAGE_MAX);
        }
        var after = request.getPageToken().isEmpty() ? "" : name(request.getPageToken());
        var response = ListTopicsResponse.newBuilder();
        var last = "";
        int bytes = 0;
        for (TopicImage topic : image.topics().byName().tailMap(after, false).values()) {
            if (response.getTopicsCount() == size || bytes > PAGE_BYTES_MAX) {
                return response.setNextPageToken(token(last)).build();
            }
            var message = MetadataMessages.topic(topic);
            bytes += message.getSerializedSize();
            response.addTopics(message);
            last = topic.name();
        }
        return response.build();
    }

    private static String token(String lastName) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(lastName.getBytes(StandardCharsets.UTF_8));
    }

    private static String name(String token) {
        try {
            var name = ByteString.copyFrom(Base64.getUrlDecoder().decode(token));
            if (token.length() <= 2 * RequestLimits.TOPIC_NAME_CHARS_MAX && name.isValidUtf8()) {
                return name.toStringUtf8();
            }
        } catch (IllegalArgumentException e) {
            // No token of ours; told below.
        }
        throw RequestLimits.refused(
                ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "page_token", "page_token is not one that a list returned");
    }
}
