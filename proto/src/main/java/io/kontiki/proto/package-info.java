/** How messages of the contracts are read, where the generated way costs too much. */
package io.kontiki.proto;
