package io.kontiki.quorum;

import io.kontiki.metadata.LocalMetadata;

class InMemoryMetadataLogTest extends MetadataLogContract {
    @Override
    protected MetadataLog create(LocalMetadata metadata) {
        return new InMemoryMetadataLog(1, metadata);
    }
}
