package io.kontiki.client;

/**
 * A configuration key of a topic with its value in force.
 *
 * @param key the key
 * @param value the value in force
 * @param isDefault whether it is the default
 */
public record ConfigEntry(String key, String value, boolean isDefault) {}
