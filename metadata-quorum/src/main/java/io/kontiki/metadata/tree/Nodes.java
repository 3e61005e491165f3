package io.kontiki.metadata.tree;

import io.kontiki.json.JsonFields;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Ways to make nodes. */
final class Nodes {
    private static final int DIGITS_MAX = 9;

    private Nodes() {}

    /** A value without children. */
    static MetadataNode leaf(Supplier<JsonFields> value) {
        return leaf(value, OptionalLong.empty());
    }

    static MetadataNode leaf(Supplier<JsonFields> value, OptionalLong version) {
        return new Node(Optional.of(value), version, Children.NONE);
    }

    /** A name for what is below it. */
    static MetadataNode branch(Children children) {
        return new Node(Optional.empty(), OptionalLong.empty(), children);
    }

    /** A value and children. */
    static MetadataNode of(Supplier<JsonFields> value, OptionalLong version, Children children) {
        return new Node(Optional.of(value), version, children);
    }

    /** Children with names that do not depend on the image. */
    static Children named(NavigableMap<String, Supplier<MetadataNode>> children) {
        return byText(children, (name, child) -> child.get());
    }

    /** A few of them. */
    static NavigableMap<String, Supplier<MetadataNode>> names() {
        return new TreeMap<>();
    }

    /** Children named by the keys of a map in the order of {@link String#compareTo}. */
    static <V> Children byText(NavigableMap<String, V> map, BiFunction<String, V, MetadataNode> child) {
        return new Children() {
            @Override
            public int count() {
                return map.size();
            }

            @Override
            public Stream<String> after(String name) {
                return map.tailMap(name, false).keySet().stream();
            }

            @Override
            public Optional<MetadataNode> child(String name) {
                return Optional.ofNullable(map.get(name)).map(value -> child.apply(name, value));
            }
        };
    }

    /** Children named by numbers, in the order of those. */
    static <V> Children byNumber(NavigableMap<Integer, V> map, BiFunction<Integer, V, MetadataNode> child) {
        return new Children() {
            @Override
            public int count() {
                return map.size();
            }

            @Override
            public Stream<String> after(String name) {
                return map.tailMap(number(name), false).keySet().stream().map(Object::toString);
            }

            @Override
            public Optional<MetadataNode> child(String name) {
                return canonical(name)
                        .flatMap(number ->
                                Optional.ofNullable(map.get(number)).map(value -> child.apply(number, value)));
            }
        };
    }

    /** Children named 0 to {@code count - 1}. */
    static Children counted(int count, IntFunction<MetadataNode> child) {
        return new Children() {
            @Override
            public int count() {
                return count;
            }

            @Override
            public Stream<String> after(String name) {
                return IntStream.range(Math.min(number(name) + 1, count), count).mapToObj(Integer::toString);
            }

            @Override
            public Optional<MetadataNode> child(String name) {
                return canonical(name).filter(number -> number < count).map(child::apply);
            }
        };
    }

    /** The number that a name is, for its place; -1, before all of them, for anything else. */
    private static int number(String name) {
        return canonical(name).orElse(-1);
    }

    /** A number in the one way in which it is written here. */
    private static Optional<Integer> canonical(String name) {
        boolean digits = !name.isEmpty()
                && name.length() <= DIGITS_MAX + 1
                && name.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            return Optional.empty();
        }
        long number = Long.parseLong(name);
        return number <= Integer.MAX_VALUE && Long.toString(number).equals(name)
                ? Optional.of((int) number)
                : Optional.empty();
    }

    /** What is below a node. */
    interface Children {
        Children NONE = byText(new TreeMap<String, MetadataNode>(), (name, node) -> node);

        int count();

        Stream<String> after(String name);

        Optional<MetadataNode> child(String name);
    }

    private record Node(Optional<Supplier<JsonFields>> made, OptionalLong version, Children children)
            implements MetadataNode {
        @Override
        public Optional<String> value() {
            return made.map(value -> value.get().toString());
        }

        @Override
        public int childCount() {
            return children.count();
        }

        @Override
        public Stream<String> namesAfter(String name) {
            return children.after(name);
        }

        @Override
        public Optional<MetadataNode> child(String name) {
            return children.child(name);
        }
    }
}
