package dev.ingest.cli.photo;

import java.io.IOException;

/** A photograph in more scans than are decoded; that says nothing against the photograph. */
final class TooManyScansException extends IOException {

  private static final long serialVersionUID = 1L;

  TooManyScansException() {
    super("more than " + ItemImageInput.MOST_SCANS + " scans");
  }
}
