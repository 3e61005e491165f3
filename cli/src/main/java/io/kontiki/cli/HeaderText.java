package io.kontiki.cli;

import io.kontiki.client.Header;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A record header on the command line: {@code NAME=VALUE}; the value may be empty or hold more equals signs. */
final class HeaderText implements ITypeConverter<Header> {
    @Override
    public Header convert(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new TypeConversionException("'" + text + "' is no header such as NAME=VALUE");
        }
        byte[] value = text.substring(equals + 1).getBytes(StandardCharsets.UTF_8);
        return Header.of(text.substring(0, equals), value);
    }
}
