/**
 * Real work on photographs: what the camera recorded, and a thumbnail. Bytes are streamed; memory
 * does not grow with the size of a photograph.
 */
@NullMarked
package dev.ingest.cli.photo;

import org.jspecify.annotations.NullMarked;
