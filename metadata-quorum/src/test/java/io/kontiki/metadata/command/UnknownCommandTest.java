package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.v1.ErrorReason;
import org.junit.jupiter.api.Test;

/** Rule I10: whoever does not know what a command means must not go on as if it meant nothing. */
class UnknownCommandTest {
    private static final UnknownFieldSet NEWER = UnknownFieldSet.newBuilder()
            .addField(999, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();

    @Test
    void commandOfANewerVersionIsNotApplied() {
        var command = Command.newBuilder().setUnknownFields(NEWER).build();
        assertThatThrownBy(() -> MetadataState.apply(MetadataImage.EMPTY, command, 3, 7))
                .isInstanceOf(UnknownCommandException.class)
                .hasMessageContaining("3:7")
                .hasMessageContaining("feature level 1");
    }

    @Test
    void emptyCommandIsRefusedByAllVersions() {
        var applied = MetadataState.apply(MetadataImage.EMPTY, Command.getDefaultInstance(), 3, 7);
        assertThat(applied.reply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
    }
}
