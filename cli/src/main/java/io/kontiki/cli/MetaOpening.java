package io.kontiki.cli;

import java.util.function.ToIntFunction;

/** Opens a source of metadata, and closes it when the work is done. */
interface MetaOpening {
    int with(ToIntFunction<MetaSource> work);

    /** As the options say: brokers, or the directory of a stopped one. */
    static MetaOpening of(MetaOptions options, Clients clients, Messages messages) {
        return work -> options.offline().isPresent()
                ? work.applyAsInt(MetaOffline.open(options.offline().get(), messages))
                : clients.withAdmin(admin -> work.applyAsInt(new MetaLive(admin)));
    }
}
