package dev.ingest.examples.photos;

import dev.ingest.core.Ingest;
import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Upload;
import dev.ingest.core.UploadClosedException;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The upload of one sequence, as one request after the other uses it. For one thread at a time. */
final class SequenceUpload {

  private final Ingest ingest;
  private final SequenceKey key;
  private final Set<ItemName> taken = new HashSet<>();
  private @Nullable Upload upload;
  private boolean submitted;

  SequenceUpload(Ingest ingest, SequenceKey key) {
    this.ingest = ingest;
    this.key = key;
  }

  /**
   * An item as the service has it.
   *
   * @param item its name, length and digest
   * @param wasRecorded whether it had been sent before
   */
  record Taken(ManifestItem item, boolean wasRecorded) {}

  /**
   * Takes an item. One that this part has taken already, whose answer its sender may not have got,
   * is compared with what was sent then, which takes another part.
   */
  Taken take(ItemName name, OptionalLong length, Optional<Digest> digest, InputStream body)
      throws IOException {
    if (taken.contains(name)) {
      record();
      close();
    }
    Upload open = open();
    boolean wasRecorded = open.recorded(name).isPresent();
    ManifestItem item = open.add(name, length, digest, body);
    taken.add(name);
    return new Taken(item, wasRecorded);
  }

  /** Makes durable what was taken. */
  void record() {
    open().record();
  }

  /**
   * Submits what was taken. Where nothing was, the answer to an earlier submission was lost, if
   * there has been one: its receipt is given again, and the session that was opened to look is
   * given up, or each repetition would count as an open upload of the owner.
   */
  Receipt submit() {
    Receipt receipt;
    try {
      receipt = open().submit();
    } catch (ItemRefusedException e) {
      Optional<Receipt> before = ingest.find(key).map(Entry::receipt);
      giveUp(e);
      receipt = before.orElseThrow(() -> e);
    }
    submitted = true;
    return receipt;
  }

  /**
   * Gives the session up if it has more than a form brought, so that the next one begins anew. It
   * cannot be done in this one: what was taken of it is gone with the session.
   *
   * @throws OtherItemsException if it has more
   */
  void requireNoMoreThan(int items) {
    int others = open().count() - items;
    if (others > 0) {
      OtherItemsException left =
          new OtherItemsException(
              "earlier requests had left %d items of %s that are not of this form; these are given"
                      .formatted(others, key)
                  + " up, and nothing was submitted: send the form again");
      giveUp(left);
      throw left;
    }
  }

  /** Gives the session up for a reason, which is thrown by the caller. */
  void giveUp(RuntimeException refused) {
    try {
      open().abandon();
    } catch (UploadClosedException | OutcomeUnknownException e) {
      // Another request has the session, or it goes by its age: neither takes a receipt away.
      refused.addSuppressed(e);
    } finally {
      close();
    }
  }

  boolean isSubmitted() {
    return submitted;
  }

  private Upload open() {
    Upload open = upload;
    if (open == null) {
      open = ingest.upload(key);
      upload = open;
    }
    return open;
  }

  void close() {
    if (upload != null) {
      upload.close();
      upload = null;
      taken.clear();
    }
  }
}
