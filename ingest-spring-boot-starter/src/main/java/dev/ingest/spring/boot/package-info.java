/**
 * The engine in a Spring Boot application: configured from properties and beans, started and closed
 * with the application context, and shown by its health and an actuator endpoint.
 */
@NullMarked
package dev.ingest.spring.boot;

import org.jspecify.annotations.NullMarked;
