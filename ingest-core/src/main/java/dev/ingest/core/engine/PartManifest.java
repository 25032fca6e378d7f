package dev.ingest.core.engine;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ManifestEncoder;
import dev.ingest.spi.ManifestException;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.UploadSession;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The manifest of all that an upload session has, as the part submits it that is at work: streamed
 * from the ledger's rows and from what is not recorded yet, so that no list of items is in memory.
 * For one thread.
 */
final class PartManifest {

  private final Node node;
  private final UploadSession session;
  private final RecordedItems recorded;
  private final List<SessionItem> unrecorded;
  private final ContentWriter writer;

  /**
   * Creates a view of the session. Does no I/O.
   *
   * @param recorded the items, those of this part too
   * @param unrecorded the last of these, which the ledger has no rows of; the caller's own list
   * @param writer of the part
   */
  PartManifest(
      Node node,
      UploadSession session,
      RecordedItems recorded,
      List<SessionItem> unrecorded,
      ContentWriter writer) {
    this.node = node;
    this.session = session;
    this.recorded = recorded;
    this.unrecorded = unrecorded;
    this.writer = writer;
  }

  /**
   * Computes what it says, and stores nothing.
   *
   * @throws ManifestException if the ledger has other rows than were recorded
   */
  ManifestSummary summarize() {
    try (ManifestEncoder encoder = encode()) {
      encoder.transferTo(OutputStream.nullOutputStream());
      return encoder.summary();
    } catch (IOException e) {
      throw new IllegalStateException("an encoder reads no stream that could fail", e);
    }
  }

  /**
   * Stores it, durably with all that the part's writer was given before.
   *
   * @throws ManifestException if the ledger has other rows than were recorded
   */
  ManifestSummary store() {
    try (ManifestEncoder encoder = encode()) {
      writer.put(
          KeyLayout.rawManifest(session.key(), session.raw()),
          new StreamBody(encoder, OptionalLong.empty(), node.seams().beside()));
      writer.commit();
      return encoder.summary();
    } catch (IOException e) {
      throw new IllegalStateException("an encoder reads no stream that could fail", e);
    }
  }

  /** Finds the first of some stored manifests that has another root. */
  Optional<ContentKey> other(List<ContentKey> manifests, Digest root) {
    for (ContentKey manifest : manifests) {
      if (!stored(manifest).equals(root)) {
        return Optional.of(manifest);
      }
    }
    return Optional.empty();
  }

  private Digest stored(ContentKey manifest) {
    try {
      return StoredDigest.of(node.content(), manifest);
    } catch (UncheckedIOException e) {
      throw new ContentException("reading " + manifest + " broke off; submit again", e);
    }
  }

  private ManifestEncoder encode() {
    return recorded.encode(node.ledger().sessions(), session.id(), unrecorded);
  }
}
