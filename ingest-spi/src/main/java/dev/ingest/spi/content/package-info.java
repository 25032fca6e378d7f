/**
 * The content interfaces: create-only bytes under generated keys, a durability barrier per
 * sequence, and deletion that needs a permit.
 */
@NullMarked
package dev.ingest.spi.content;

import org.jspecify.annotations.NullMarked;
