package dev.ingest.core.report;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Where a report is written to. */
record Lines(Appendable out) {

  Lines add(String text) {
    try {
      out.append(text);
    } catch (IOException e) {
      throw new UncheckedIOException("the report could not be written: " + e.getMessage(), e);
    }
    return this;
  }
}
