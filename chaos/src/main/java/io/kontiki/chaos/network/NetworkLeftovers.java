package io.kontiki.chaos.network;

import io.kontiki.faults.Tools;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes away the networks of runs that were killed, with the brokers in them. Namespaces are known by their names, which
 * tell the process that made them; those of processes that still run are left alone, as is everything else.
 */
public final class NetworkLeftovers {
    private static final String PREFIX = "kontiki-chaos-";
    private static final Pattern NAME = Pattern.compile("(" + PREFIX + "(\\d+)-\\w+).*");

    private NetworkLeftovers() {}

    /** How the namespaces of this process begin. */
    static String ownPrefix() {
        return PREFIX + ProcessHandle.current().pid() + "-";
    }

    /** This process's end of the link to the router. It vanishes with the router's namespace. */
    static String clientsLink() {
        return "kchaos" + ProcessHandle.current().pid();
    }

    /** Takes away what belongs to no process that runs. */
    public static void takeAway() {
        names().filter(name -> ProcessHandle.of(Long.parseLong(name.group(2))).isEmpty())
                .forEach(name -> takeAwayNamespace(name.group(1)));
    }

    /** Takes away the network that a process made. */
    public static void takeAwayOf(long pid) {
        names().filter(name -> Long.parseLong(name.group(2)) == pid).forEach(name -> takeAwayNamespace(name.group(1)));
    }

    private static Stream<Matcher> names() {
        return Tools.attempt("ip", "netns", "list")
                .output()
                .lines()
                .map(NAME::matcher)
                .filter(Matcher::matches);
    }

    static void takeAwayNamespace(String name) {
        List<String> inside =
                Tools.attempt("ip", "netns", "pids", name).output().lines().toList();
        for (String pid : inside) {
            Tools.attempt("kill", "-KILL", pid);
        }
        Tools.attempt("ip", "netns", "del", name);
    }
}
