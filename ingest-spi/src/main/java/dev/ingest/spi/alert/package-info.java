/** Where alerts go: the interface that a destination implements, and what it is given. */
@NullMarked
package dev.ingest.spi.alert;

import org.jspecify.annotations.NullMarked;
