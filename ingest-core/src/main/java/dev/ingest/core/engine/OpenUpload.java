package dev.ingest.core.engine;

import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.QuotaExceededException;
import dev.ingest.core.Upload;
import dev.ingest.core.UploadClosedException;
import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestException;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * One part of an upload session at work.
 *
 * <p>The order of durable effects is the protocol: session OPEN in the ledger, room reserved, item
 * bytes, barrier, items recorded (group by group), the last group's bytes with the manifest,
 * barrier, compare-and-set OPEN to ACCEPTED, receipt. A crash after any of them leaves an open
 * session, which is resumed or abandoned; the receipt exists only after the last. The last group is
 * not recorded, because the acceptance that follows says more.
 *
 * <p>Items pass the barrier and are recorded in groups, so that a thousand small items cost a few
 * syncs and commits and not thousands. After a failed write the effect on its key is unknown, so
 * this part takes nothing more; resuming begins another part with keys of its own.
 *
 * <p>For one thread at a time, which {@link GuardedUpload} sees to.
 */
final class OpenUpload implements Upload {

  private static final int GROUP_ITEMS = 256;
  private static final long GROUP_BYTES = 64L << 20;

  /**
   * From so many bytes on it is asked whether a part is the latest before its manifest is there.
   */
  private static final long ASKED_BYTES = 1L << 20;

  private final Node node;
  private final Committer committer;
  private final Supervisor supervisor;
  private final BegunPart begun;
  private final UploadSession session;
  private final SessionCalls calls;
  private final RecordedItems recorded;
  private final Room room;
  private final ContentWriter writer;
  private final PartManifest whole;
  private final Optional<Adoption.Source> adopted;
  private final Submission submission;
  private final List<SessionItem> group = new ArrayList<>();

  private long groupBytes;
  private boolean broken;
  private volatile boolean closed;

  OpenUpload(
      Node node,
      Committer committer,
      Supervisor supervisor,
      BegunPart begun,
      Function<SequenceKey, Routing.Choice> route,
      Optional<Adoption.Source> adopted) {
    this.node = node;
    this.committer = committer;
    this.supervisor = supervisor;
    this.begun = begun;
    this.session = begun.session();
    this.calls = new SessionCalls(node, session);
    this.adopted = adopted;
    this.recorded = begun.recorded();
    this.room =
        new Room(
            node,
            session,
            adopted.map(any -> Adoption.QUOTA).orElse(node.policies().limits().quota()));
    this.writer =
        node.content()
            .writer(KeyLayout.part(session.key(), session.raw(), session.raw().latestPart()));
    this.whole = new PartManifest(node, session, recorded, group, writer);
    this.submission =
        new Submission(
            node,
            committer,
            supervisor,
            calls,
            route,
            adopted.map(Adoption.Source::act),
            this::closed);
  }

  @Override
  public SequenceKey key() {
    return session.key();
  }

  /** Tells what shows that bytes of the session are gone that it recorded, if any are. */
  Optional<String> missing() {
    return recorded
        .missing()
        .map(gone -> "with an item recorded whose bytes are not at " + gone + " any more");
  }

  @Override
  public Optional<ManifestItem> recorded(ItemName name) {
    return recorded.find(name);
  }

  @Override
  public int count() {
    return recorded.count();
  }

  @Override
  public ManifestItem add(
      ItemName name, OptionalLong length, Optional<Digest> digest, InputStream body)
      throws IOException {
    checkUsable();
    Optional<ManifestItem> before = recorded.find(name);
    if (before.isPresent()) {
      return compare(before.get(), length, digest, body);
    }
    recorded.checkNew(key(), name);
    AnnouncedBody announced = announcedBody(name, length, digest, body);
    room.reserve(name, recorded.count() + 1L, recorded.bytes() + length.orElse(0));
    ManifestItem item = store(name, announced);
    group.add(new SessionItem(recorded.count(), item));
    recorded.add(item);
    groupBytes += item.length();
    if (group.size() >= GROUP_ITEMS || groupBytes >= GROUP_BYTES) {
      flush();
    }
    supervisor.tell(listener -> listener.itemTaken(key(), name, item.length()));
    return item;
  }

  @Override
  public void record() {
    checkUsable();
    flush();
  }

  @Override
  public Receipt submit() {
    checkUsable();
    requireSameLife();
    if (recorded.count() == 0) {
      throw new ItemRefusedException(
          ItemRefusedException.Reason.NO_ITEMS,
          key() + " has no items; add at least one before submitting");
    }
    Optional<Entry> entry = committer.read(key());
    Receipt receipt = submission.of(entry, manifest(entry));
    closed = true;
    return receipt;
  }

  @Override
  public void abandon() {
    closed = true;
    Optional<UploadSession> now = calls.current();
    if (now.isPresent()
        && now.get().state() == SessionState.OPEN
        && now.get().raw().latestPart() != session.raw().latestPart()) {
      throw new UploadClosedException(
          "session %s of %s was resumed elsewhere, and is given up by whoever has it now"
              .formatted(session.id(), key()));
    }
    calls.giveUp();
  }

  /** Gives the session up, whoever has it now. */
  void giveUp() {
    calls.giveUp();
  }

  /** Lets no further call begin, and an item under way take no further bytes. For any thread. */
  void refuseMore() {
    closed = true;
  }

  @Override
  public void close() {
    closed = true;
    writer.close();
  }

  private ManifestItem compare(
      ManifestItem before, OptionalLong length, Optional<Digest> digest, InputStream body)
      throws IOException {
    try {
      new RepeatedBody(body, key(), before, node.seams().beside()).compare(length, digest);
    } catch (StreamBody.SourceFailure e) {
      throw e.getCause();
    }
    return before;
  }

  private ManifestItem store(ItemName name, AnnouncedBody announced) throws IOException {
    broken = true;
    try {
      writer.put(
          KeyLayout.item(
              KeyLayout.part(key(), session.raw(), session.raw().latestPart()), recorded.count()),
          announced);
      broken = false;
    } catch (StreamBody.SourceFailure e) {
      broken = false;
      throw e.getCause();
    } catch (ItemRefusedException | QuotaExceededException e) {
      // Thrown by the body: the store has made nothing visible, and the key is free for the next.
      broken = false;
      throw e;
    }
    return new ManifestItem(name, announced.count(), announced.digest());
  }

  private AnnouncedBody announcedBody(
      ItemName name, OptionalLong length, Optional<Digest> digest, InputStream body) {
    long maxBytes = node.policies().limits().maxItemBytes();
    return new AnnouncedBody(
        body,
        new AnnouncedBody.Announcement(key(), name, length, digest, maxBytes),
        soFar -> {
          checkNotClosed();
          if (length.isEmpty()) {
            room.reserve(name, recorded.count() + 1L, recorded.bytes() + soFar);
          }
        },
        node.seams().beside());
  }

  private void flush() {
    if (group.isEmpty()) {
      return;
    }
    broken = true;
    writer.commit();
    int batch = node.ledger().capabilities().maxBatch();
    for (int from = 0; from < group.size(); from += batch) {
      List<SessionItem> items =
          List.copyOf(group.subList(from, Math.min(group.size(), from + batch)));
      requireOpen(
          Retries.settled(
              node,
              "recording items of " + key(),
              () ->
                  node.ledger()
                      .sessions()
                      .record(session.id(), session.raw().latestPart(), items)));
    }
    group.clear();
    groupBytes = 0;
    broken = false;
  }

  /** Stores the manifest if this submission can be accepted; otherwise only computes its root. */
  private ManifestSummary manifest(Optional<Entry> entry) {
    try {
      if (entry.isEmpty() && adopted.isEmpty()) {
        return store(Optional.empty());
      }
      ManifestSummary summary = whole.summarize();
      adopted.ifPresent(source -> source.require(key(), summary));
      return entry.isEmpty() || Resubmission.of(entry.get(), summary.root()) == Resubmission.REPAIR
          ? store(Optional.of(summary))
          : summary;
    } catch (ManifestException e) {
      Optional<UploadSession> now = calls.current();
      if (now.isPresent()
          && now.get().state() == SessionState.OPEN
          && now.get().raw().latestPart() == session.raw().latestPart()) {
        // Nobody has touched it: the ledger's own rows are others than they were.
        broken = true;
        throw new UploadClosedException(
            "%s has other items recorded of session %s of %s than this upload recorded (%s), as after it was"
                    .formatted(node.ledger().name(), session.id(), key(), e.getMessage())
                + " restored from a backup; begin or resume another");
      }
      throw closed(
          new Outcome.NotApplied(
              Outcome.Reason.SESSION_CLOSED, "another has taken it over or closed it, " + now));
    }
  }

  private ManifestSummary store(Optional<ManifestSummary> known) {
    requireLatest();
    requireNoOther(known);
    broken = true;
    ManifestSummary stored = whole.store();
    broken = false;
    return stored;
  }

  /**
   * What lies below a manifest that was not accepted is kept and told of, as a life of the ledger
   * that was lost may have accepted it. So a part that another has followed leaves none: it would
   * be refused only afterwards, and its owner could have any amount kept that no quota counts. A
   * part that began just now and is small is not worth the question, which has a round trip.
   */
  private void requireLatest() {
    boolean isFirst = session.raw().latestPart() == 0;
    if (isFirst && recorded.bytes() < ASKED_BYTES && begun.life().isBrief(begun.mark())) {
      return;
    }
    Optional<UploadSession> now = calls.current();
    if (now.filter(this::takesThisPart).isEmpty()) {
      throw closed(
          new Outcome.NotApplied(
              Outcome.Reason.SESSION_CLOSED, "another has taken it over or closed it, " + now));
    }
  }

  /** An earlier submission of this part may have been accepted without an answer. */
  private boolean takesThisPart(UploadSession now) {
    return switch (now.state()) {
      case OPEN -> now.raw().latestPart() == session.raw().latestPart();
      case ACCEPTED -> true;
      case ABANDONED -> false;
    };
  }

  /**
   * An earlier part that left the manifest of other bytes may have been accepted in a life of the
   * ledger that was lost. One acceptance with this session would hide that one for ever.
   */
  private void requireNoOther(Optional<ManifestSummary> known) {
    if (begun.manifests().isEmpty()) {
      return;
    }
    Digest root = known.orElseGet(whole::summarize).root();
    Optional<ContentKey> other = whole.other(begun.manifests(), root);
    if (other.isPresent()) {
      calls.giveUp();
      broken = true;
      throw new UploadClosedException(
          "session %s of %s has other bytes below %s, sent to their end, than root %s: they may have been"
                  .formatted(session.id(), key(), other.get(), root)
              + " accepted before a restoration, and stay; begin another upload");
    }
  }

  private void requireOpen(Outcome outcome) {
    if (outcome instanceof Outcome.NotApplied refusal) {
      throw closed(refusal);
    } else if (outcome instanceof Outcome.Unknown unknown) {
      throw new OutcomeUnknownException(
          "whether items of " + key() + " were recorded is unknown; close and resume the upload",
          unknown.cause());
    }
  }

  private IngestException closed(Outcome.NotApplied refusal) {
    broken = true;
    return refusal.reason() == Outcome.Reason.LIMIT
        ? new QuotaExceededException(key() + ": " + refusal.detail())
        : new UploadClosedException(
            "session %s of %s takes nothing more: %s, %s; begin another upload"
                .formatted(session.id(), key(), refusal.reason(), refusal.detail()));
  }

  void checkNotClosed() {
    if (closed) {
      throw new UploadClosedException(
          "this upload of %s is closed; begin or resume another".formatted(key()));
    }
  }

  private void checkUsable() {
    checkNotClosed();
    if (broken) {
      throw new UploadClosedException(
          "this upload of %s broke off after an error; begin or resume another".formatted(key()));
    }
    if (recorded.missing().isPresent()) {
      throw new UploadClosedException(
          "session %s of %s has an item recorded whose bytes are not at %s any more, as after a ledger was"
                  .formatted(session.id(), key(), recorded.missing().get())
              + " restored from a backup; abandon this upload and begin another");
    }
  }

  /**
   * In another life rows may be older, and bytes gone that were given up in the one before. A life
   * is another once the ledger has got another incarnation, and not before that.
   */
  private void requireSameLife() {
    Optional<IncarnationId> other = begun.life().after(begun.mark());
    if (other.isPresent()) {
      broken = true;
      throw new UploadClosedException(
          "session %s of %s was opened in life %s of %s, which is in life %s by now, as after it was"
                  .formatted(
                      session.id(),
                      key(),
                      begun.mark().incarnation(),
                      node.ledger().name(),
                      other.get())
              + " restored from a backup: what was sent may not be there; begin or resume another");
    }
  }
}
