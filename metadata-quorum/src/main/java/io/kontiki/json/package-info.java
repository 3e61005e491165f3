/** How a broker writes JSON by itself: values of the metadata, and lines of its log. Pure; knows nothing of ours. */
package io.kontiki.json;
