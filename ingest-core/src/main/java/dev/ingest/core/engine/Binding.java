package dev.ingest.core.engine;

import dev.ingest.core.Confirmation;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What says that a ledger and a content store belong together. Over another bucket, prefix or
 * folder every sequence looks damaged, and two ledgers over one store would sweep each other's
 * bytes; so an engine starts over a bound pair alone.
 *
 * <p>The ledger keeps a control record, the store an object {@code ledger/binding/NNNN}, written
 * once; the one with the highest number counts. Both hold the same id, the ledger's incarnation of
 * that time, and the name of the other for messages. The object is written first, so a crash in
 * between leaves one with the id of a ledger that has no record, which that ledger recognises as
 * its own. Where neither has anything, or the store's is lost, a pair is bound if both are empty,
 * or if bytes that the ledger knows lie in the store: their keys have random parts, so one is
 * proof. What is bound otherwise is refused until someone claims the store, under an id of that
 * claim's own. Thread-safe.
 */
public final class Binding {

  /** The record that the ledger keeps. */
  static final ControlRecord.Key RECORD = new ControlRecord.Key("binding", "content");

  private static final ControlRecord.Key OBJECT = new ControlRecord.Key("binding", "ledger");
  private static final ContentPrefix OBJECTS = KeyLayout.ledger().child("binding");
  private static final int MAX_OBJECTS = 9_999;
  private static final int ATTEMPTS = 3;
  private static final String ID = "id";
  private static final String OTHER = "other";

  private final LedgerStore ledger;
  private final ContentStore content;

  /**
   * Creates the binding of a pair. Does no I/O.
   *
   * @param ledger the ledger
   * @param content the content store
   */
  public Binding(LedgerStore ledger, ContentStore content) {
    this.ledger = ledger;
    this.content = content;
  }

  /** One side of a binding: the id, and the name of the other side when it was bound. */
  private record Side(String id, String other) {}

  /** The store's side, and the number of its object; 0 if it has none. */
  private record Stored(int number, Optional<Side> side) {}

  /** Whether the ledger has a side of its own in this store. */
  boolean isBound() {
    return ledger.controls().read(RECORD).isPresent();
  }

  /**
   * Tells why the two do not belong together, and changes nothing.
   *
   * @return the reason, naming both; empty if they are bound to each other, or not bound yet
   */
  public Optional<String> mismatch() {
    Optional<Side> known = known();
    Stored stored = stored();
    if (known.isPresent() && stored.side().isPresent()) {
      return known.get().id().equals(stored.side().get().id())
          ? Optional.empty()
          : Optional.of(apart(known, stored.side().get()));
    }
    if (known.isPresent()) {
      return Kinship.of(ledger, content) == Kinship.PROVEN
          ? Optional.empty()
          : Optional.of(
              "ledger %s keeps its bytes in %s, and %s has no object below %s and none of the bytes that"
                      .formatted(ledger.name(), known.get().other(), content.name(), OBJECTS)
                  + " the ledger knows: it is another store, or lost them; name the right one or restore"
                  + " it");
    }
    return stored
        .side()
        .filter(side -> !side.id().equals(ledger.incarnation().value()))
        .map(side -> apart(Optional.empty(), side));
  }

  /** Names alone say nothing of a store that was moved, copied or begun anew; the ids do. */
  private String apart(Optional<Side> known, Side stored) {
    String keptIn =
        known
            .map(side -> "%s (binding %s)".formatted(side.other(), side.id()))
            .orElse("no store yet (it is %s)".formatted(ledger.incarnation().value()));
    return "ledger %s keeps its bytes in %s, and content store %s belongs to ledger %s (binding %s): the"
            .formatted(ledger.name(), keptIn, content.name(), stored.other(), stored.id())
        + " two do not belong together; name the content of this ledger, or the ledger of this content."
        + " If the one of the two that is missing is gone for good, bind them (`ingest confirm content`)";
  }

  /**
   * Makes sure that the two are bound to each other, and binds them at first.
   *
   * @return why they do not belong together, naming both; empty if they are bound now
   * @throws ContentException if the store does not answer
   */
  public Optional<String> settle() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<String> mismatch = mismatch();
      if (mismatch.isPresent()) {
        return mismatch;
      }
      Optional<Side> known = known();
      Stored stored = stored();
      if (known.isPresent() && stored.side().isPresent()) {
        return Optional.empty();
      }
      if (stored.side().isPresent()) {
        keep(stored.side().get().id());
      } else {
        // Where the ledger is bound, its bytes were just found.
        if (known.isEmpty() && Kinship.of(ledger, content) == Kinship.NONE) {
          return Optional.of(
              "ledger %s and content store %s are not bound to each other, and none of the bytes that the"
                      .formatted(ledger.name(), content.name())
                  + " ledger knows lie there: name the right ones, or claim the store if the ledger of its"
                  + " bytes is gone for good");
        }
        store(1, known.map(Side::id).orElseGet(() -> ledger.incarnation().value()), "");
      }
    }
    throw new IllegalStateException(
        "ledger %s and content store %s were bound by others at the same time; start again"
            .formatted(ledger.name(), content.name()));
  }

  /**
   * Binds the two although nothing shows that they belong together. Another ledger that was bound
   * to the store is refused from now on.
   *
   * @param by who and why
   * @param salt random bits, for the name of the record of it
   */
  public void claim(Act by, long salt) {
    Confirmations.keep(ledger, salt, Confirmation.Subject.CONTENT, content.name(), by);
    int number = stored().number();
    if (number == MAX_OBJECTS) {
      throw new IllegalStateException(
          content.name() + " was claimed " + MAX_OBJECTS + " times and takes no more");
    }
    // An id of its own, so that a store that the ledger had before is not its any more either.
    String id = "%s-%016x".formatted(ledger.incarnation().value(), salt);
    store(number + 1, id, "by " + by.actor() + ": " + by.reason());
    keep(id);
    mismatch()
        .ifPresent(
            left -> {
              throw new IllegalStateException("someone else claimed it at the same time: " + left);
            });
  }

  private Optional<Side> known() {
    return ledger.controls().read(RECORD).map(Binding::side);
  }

  private Stored stored() {
    List<ContentStat> objects = new ArrayList<>();
    Listing listing = new Listing(content, OBJECTS);
    while (listing.hasMore()) {
      objects.addAll(listing.page());
    }
    if (objects.isEmpty()) {
      return new Stored(0, Optional.empty());
    }
    ContentKey last = objects.get(objects.size() - 1).key();
    int number = Integer.parseInt(OBJECTS.relative(last));
    return new Stored(number, Optional.of(side(new ControlRecord(OBJECT, 1, text(content, last)))));
  }

  private static Side side(ControlRecord record) {
    RecordBody body = RecordBody.parse(record);
    return new Side(body.text(ID), body.text(OTHER));
  }

  /** Writes the ledger's side. Whoever reads next sees whether it was this or another. */
  private void keep(String id) {
    Optional<ControlRecord> before = ledger.controls().read(RECORD);
    RecordBody body = RecordBody.of(RECORD).with(ID, id).with(OTHER, content.name());
    Confirmations.requireKnown(
        ledger.controls().write(body.record(before.map(ControlRecord::version).orElse(0L) + 1)),
        "binding %s to %s".formatted(ledger.name(), content.name()));
  }

  private void store(int number, String id, String claim) {
    RecordBody body =
        RecordBody.of(OBJECT).with(ID, id).with(OTHER, ledger.name()).with("claim", claim);
    put(content, key(number), body.record(1).body());
  }

  /** The key of the object with a number. */
  static ContentKey key(int number) {
    return OBJECTS.key(String.format(Locale.ROOT, "%04d", number));
  }

  /** Stores a text once: if the key holds another, that stays. */
  static boolean put(ContentStore content, ContentKey key, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (ContentWriter writer = content.writer(KeyLayout.ledger())) {
      writer.put(
          key,
          new StreamBody(
              new ByteArrayInputStream(bytes), OptionalLong.of(bytes.length), Runnable::run));
      writer.commit();
      return true;
    } catch (ContentConflictException e) {
      return false;
    }
  }

  /**
   * Reads a text that a ledger stored.
   *
   * @throws ContentException if it cannot be opened or not be read
   */
  static String text(ContentStore content, ContentKey key) {
    try (InputStream in = content.open(key, ByteRange.ALL, ReadPurpose.PROVE)) {
      byte[] bytes = in.readNBytes(ControlRecord.MAX_BODY + 1);
      if (bytes.length > ControlRecord.MAX_BODY) {
        throw new IllegalStateException(
            "%s in %s has more than %d bytes, expected what a ledger wrote to bind it"
                .formatted(key, content.name(), ControlRecord.MAX_BODY));
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      // As if it could not be opened: an engine that only watches begins all the same.
      throw new ContentException(
          "%s in %s cannot be read: %s".formatted(key, content.name(), e.getMessage()), e);
    }
  }
}
