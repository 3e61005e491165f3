/** The disk port over the file system of this machine. The only package of the data plane that touches files. */
package io.kontiki.storage.file;
