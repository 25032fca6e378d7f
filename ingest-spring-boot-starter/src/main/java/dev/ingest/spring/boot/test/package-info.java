/** Tests of stages and pipelines over stores in memory. */
@NullMarked
package dev.ingest.spring.boot.test;

import org.jspecify.annotations.NullMarked;
