/** What brokers and clients share beside the contracts: how messages of records are read, and headers of answers. */
package io.kontiki.proto;
