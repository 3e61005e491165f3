package io.kontiki.broker.http;

/** One path of the HTTP server. Called by several threads at a time; must not wait for anybody. */
@FunctionalInterface
public interface HttpPage {
    HttpReply answer(HttpQuery query);
}
