/**
 * A TCP proxy that cuts, holds or refuses connections at chosen moments, to test what stands on
 * both sides of a network. It knows no protocol but the order of bytes.
 */
@NullMarked
package dev.ingest.testkit.net;

import org.jspecify.annotations.NullMarked;
