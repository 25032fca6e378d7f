package dev.ingest.examples.photos;

/**
 * A form met what an earlier request of this sequence had left, which is no part of it. That is
 * given up, so that the same form, sent again, is taken.
 */
final class OtherItemsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  OtherItemsException(String message) {
    super(message);
  }
}
