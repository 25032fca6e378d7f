/**
 * Values and errors that every part of Ingest speaks: names, digests, manifests, receipts and
 * outcomes. Every value is immutable, validated once at construction, and prints in one canonical
 * form that parses back to an equal value.
 */
@NullMarked
package dev.ingest.spi;

import org.jspecify.annotations.NullMarked;
