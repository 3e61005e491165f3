package io.kontiki.cli.output;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Prints a list that may be too long to hold: in parts, except as one JSON document, which has to be whole. A table's
 * heading comes again with each part, since its columns may be wider there. Not thread-safe.
 *
 * @param <T> the things listed
 */
public final class ListPrinter<T> {
    private static final int PART = 10_000;

    private final Listing<T> listing;
    private final ListFormat format;
    private final Consumer<String> out;
    private final List<T> waiting = new ArrayList<>();
    private boolean printed;

    /** @param out takes the text, part by part */
    public ListPrinter(Listing<T> listing, ListFormat format, Consumer<String> out) {
        this.listing = listing;
        this.format = format;
        this.out = out;
    }

    public void add(T item) {
        waiting.add(item);
        if (waiting.size() == PART && format != ListFormat.JSON) {
            print();
        }
    }

    /** Prints what is left; the heading alone if there was nothing. */
    public void finish() {
        if (!printed || !waiting.isEmpty()) {
            print();
        }
    }

    private void print() {
        out.accept(listing.render(waiting, format));
        waiting.clear();
        printed = true;
    }
}
