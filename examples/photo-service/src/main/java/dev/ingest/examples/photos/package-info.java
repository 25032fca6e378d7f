/** A service that takes photographs in over HTTP, by way of the Spring Boot starter. */
@NullMarked
package dev.ingest.examples.photos;

import org.jspecify.annotations.NullMarked;
