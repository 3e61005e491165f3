package io.kontiki.cli;

import io.kontiki.client.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code kontiki topic delete}. */
@Command(name = "delete", description = "Delete a topic with all its records. Asks first.")
final class TopicDelete extends Deletion {
    @Parameters(paramLabel = "TOPIC", description = "Name.")
    private String topic;

    TopicDelete(Terminal terminal, Clients clients, Messages messages) {
        super(terminal, clients, messages);
    }

    @Override
    String name() {
        return topic;
    }

    @Override
    String kind() {
        return "topic";
    }

    @Override
    String loss() {
        return "This deletes topic " + topic + " with all its records.";
    }

    @Override
    void delete(Admin admin) {
        admin.deleteTopic(topic);
    }
}
