/**
 * What owners are told of their sequences: the interface of who tells them, and what it is given.
 */
@NullMarked
package dev.ingest.spi.notice;

import org.jspecify.annotations.NullMarked;
