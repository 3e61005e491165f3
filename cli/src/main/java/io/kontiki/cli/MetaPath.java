package io.kontiki.cli;

import java.util.ArrayDeque;
import java.util.Deque;

/** Paths of metadata nodes as they are typed. */
final class MetaPath {
    static final String ROOT = "/";

    private MetaPath() {}

    /** The absolute path that is meant in a directory; {@code .} and {@code ..} are what they are in a shell. */
    static String resolve(String directory, String typed) {
        Deque<String> names = new ArrayDeque<>();
        String whole = typed.startsWith(ROOT) ? typed : directory + ROOT + typed;
        for (String name : whole.split(ROOT)) {
            if (name.equals("..")) {
                names.pollLast();
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.addLast(name);
            }
        }
        return ROOT + String.join(ROOT, names);
    }

    /** The last name of an absolute path; the root is its own. */
    static String name(String path) {
        return path.equals(ROOT) ? ROOT : path.substring(path.lastIndexOf('/') + 1);
    }

    /** How many names an absolute path has. */
    static int depth(String path) {
        return path.equals(ROOT) ? 0 : (int) path.chars().filter(c -> c == '/').count();
    }
}
