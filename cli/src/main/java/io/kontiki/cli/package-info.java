/**
 * The {@code kontiki} command: one class per subcommand, each a thin step from parsed options to a call of the client
 * and from its answer to text.
 *
 * <p>Entry: {@link io.kontiki.cli.Main} for the process, {@code Kontiki} for everything but the process, so that tests
 * run whole command lines with their own streams. May depend on the client, on {@code io.kontiki.cli.output}, and on the
 * broker from {@code ServerStart} and its start-up classes only: no other command may pay for loading it.
 */
package io.kontiki.cli;
