/** Kontiki beside Kafka in the same run: the command, the turns and the tables. */
package io.kontiki.benchmark.versus;
