package dev.ingest.core.engine;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.QuotaExceededException;
import dev.ingest.core.Upload;
import dev.ingest.core.UploadClosedException;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionOpening;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens upload sessions, or resumes the one that a sequence has. Thread-safe. */
final class Intake {

  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
  private static final int MAX_ATTEMPTS = 5;

  /** How long nobody touched an open session that an adoption may give up. */
  static final Duration IDLE = Duration.ofHours(1);

  private final Node node;
  private final Committer committer;
  private final Supervisor supervisor;
  private final Routing routing;
  private final LifeMarks life;

  /**
   * Creates the intake.
   *
   * @param node what it works for
   * @param committer how acceptances are committed
   * @param supervisor who tells the listener
   * @param routing where sequences go
   */
  Intake(Node node, Committer committer, Supervisor supervisor, Routing routing) {
    this.node = node;
    this.committer = committer;
    this.supervisor = supervisor;
    this.routing = routing;
    this.life = new LifeMarks(node);
  }

  Routing routing() {
    return routing;
  }

  /**
   * Opens a session, or begins another part of the open one.
   *
   * @param key the sequence
   * @return the upload
   */
  Upload open(SequenceKey key) {
    if (node.pipelines().isEmpty()) {
      // Before anyone sends bytes: without a route, there is nowhere to go.
      routing.choose(key);
    }
    return open(key, routing::choose);
  }

  /** Opens one that goes to a pipeline whatever the route says. */
  Upload openInto(SequenceKey key, Routing.Choice choice) {
    return open(key, any -> choice);
  }

  /** A session that went on in a lost life is given up, and another opened in its place. */
  private Upload open(SequenceKey key, Function<SequenceKey, Routing.Choice> route) {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      LifeMarks.Mark mark = life.mark();
      SessionOpening opening = openAny(key);
      // A first answer that was lost leaves time for someone else to resume the session.
      if (opening instanceof SessionOpening.Opened opened
          && opened.session().raw().latestPart() == 0) {
        return new GuardedUpload(upload(begun(opened.session(), mark), route, Optional.empty()));
      }
      UploadSession found =
          opening instanceof SessionOpening.Opened opened
              ? opened.session()
              : ((SessionOpening.AlreadyOpen) opening).existing();
      LostLife stored = LostLife.of(node, found);
      Optional<String> lost = stored.sign();
      if (lost.isEmpty()) {
        UploadSession session = resume(found);
        RecordedItems recorded = recorded(session, found, stored.recorded());
        OpenUpload upload =
            upload(
                new BegunPart(session, stored.manifests(), recorded, life, mark),
                route,
                Optional.empty());
        lost = upload.missing();
        if (lost.isEmpty()) {
          return new GuardedUpload(upload);
        }
        upload.close();
      }
      giveUp(found, lost.get());
    }
    throw new UploadClosedException(
        "%d sessions of %s in turn went on in a life of %s that was lost; upload again later"
            .formatted(MAX_ATTEMPTS, key, node.ledger().name()));
  }

  private void giveUp(UploadSession session, String lost) {
    LOG.warn(
        "{} has an open upload, session {}, {}, as after the ledger was restored from a backup; it is"
            + " given up, and another begun",
        session.key(),
        session.id(),
        lost);
    Outcome outcome = new SessionCalls(node, session).abandon(Duration.ZERO);
    if (!outcome.isApplied()) {
      throw new UploadClosedException(
          "session %s of %s is open, %s, and was not given up: %s; upload again later"
              .formatted(session.id(), session.key(), lost, outcome));
    }
  }

  private SessionOpening openAny(SequenceKey key) {
    SessionId fresh = node.newSessionId();
    SessionOpening opening =
        open(fresh, key, Room.ahead(node.policies().limits(), Reservation.NONE), quota());
    if (opening instanceof SessionOpening.OverQuota) {
      opening = open(fresh, key, Reservation.NONE, quota());
    }
    if (!(opening instanceof SessionOpening.OverQuota over)) {
      return opening;
    }
    throw new QuotaExceededException(
        "owner %s holds %s; the quota is %s; wait until sequences are done or raise the quota"
            .formatted(key.owner(), over.usage(), quota()));
  }

  private OwnerQuota quota() {
    return node.policies().limits().quota();
  }

  private SessionOpening open(
      SessionId fresh, SequenceKey key, Reservation room, OwnerQuota quota) {
    return Retries.settled(
        node,
        "opening an upload session of " + key,
        () -> sessions().open(fresh, key, room, quota));
  }

  /**
   * Begins a part that is this caller's alone. The ledger does not say which part a call began, so
   * the one found is taken only if exactly one began since the last look: otherwise another
   * resumption came in between, or the first answer to this one was lost, and two writers might
   * share the part's keys.
   */
  private UploadSession resume(UploadSession existing) {
    UploadSession seen = existing;
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      SessionId id = seen.id();
      Outcome outcome =
          Retries.settled(node, "resuming " + existing.key(), () -> sessions().resume(id));
      Optional<UploadSession> session =
          Retries.settled(
              node, "finding the session of " + existing.key(), () -> sessions().find(id));
      if (!outcome.isApplied() || session.isEmpty() || session.get().state() != SessionState.OPEN) {
        throw new UploadClosedException(
            "session %s of %s cannot be resumed: %s; begin another upload"
                .formatted(id, existing.key(), outcome));
      }
      if (session.get().raw().latestPart() == seen.raw().latestPart() + 1) {
        return session.get();
      }
      seen = session.get();
    }
    throw new UploadClosedException(
        "session %s of %s is being resumed by others at the same time; upload again later"
            .formatted(existing.id(), existing.key()));
  }

  /** Whoever had the session may have recorded more until it was resumed. */
  private RecordedItems recorded(UploadSession resumed, UploadSession before, RecordedItems read) {
    return resumed.recorded().equals(before.recorded())
        ? read
        : RecordedItems.load(node, resumed, stat -> {});
  }

  private BegunPart begun(UploadSession fresh, LifeMarks.Mark mark) {
    return new BegunPart(fresh, List.of(), RecordedItems.none(), life, mark);
  }

  private OpenUpload upload(
      BegunPart begun,
      Function<SequenceKey, Routing.Choice> route,
      Optional<Adoption.Source> adopted) {
    return new OpenUpload(node, committer, supervisor, begun, route, adopted);
  }

  /**
   * Opens a session of its own for bytes that are adopted, so that nothing of another upload gets
   * among them. An open session that nobody touched for {@link #IDLE} is given up for it if it has
   * recorded nothing, or is itself what is adopted, as a backup shows it; any other is its owner's.
   *
   * @throws ActRefusedException if the owner's session stands in the way
   */
  OpenUpload adopting(SequenceKey key, Adoption.Source source) {
    if (node.pipelines().isEmpty()) {
      // Before anything is copied: without a route, there is nowhere to go.
      routing.choose(key);
    }
    LifeMarks.Mark mark = life.markAsked();
    SessionOpening opening = openExactly(key);
    if (opening instanceof SessionOpening.AlreadyOpen open) {
      giveUp(open.existing(), source);
      opening = openExactly(key);
    }
    if (opening instanceof SessionOpening.Opened opened
        && opened.session().raw().latestPart() == 0) {
      return upload(begun(opened.session(), mark), routing::choose, Optional.of(source));
    }
    throw new ActRefusedException(
        "no session of its own could be opened to adopt %s: %s; look at what its owner uploads, and repeat"
            .formatted(key, opening));
  }

  private SessionOpening openExactly(SequenceKey key) {
    return open(node.newSessionId(), key, Reservation.NONE, Adoption.QUOTA);
  }

  private void giveUp(UploadSession existing, Adoption.Source source) {
    boolean ours = existing.id().equals(source.act().session());
    if (!ours && existing.recorded().items() > 0) {
      throw new ActRefusedException(
          "%s has an open upload, session %s, with %d items recorded, last touched at %s; it is not the one"
                  .formatted(
                      existing.key(),
                      existing.id(),
                      existing.recorded().items(),
                      existing.touchedAt())
              + " to adopt: let its owner submit it, or repeat this once it is given up, %s after that;"
                  .formatted(node.policies().limits().idleTime())
              + " while the ledger is in doubt no upload is given up, so confirm it first");
    }
    Outcome outcome = new SessionCalls(node, existing).abandon(IDLE);
    if (!outcome.isApplied()) {
      throw new ActRefusedException(
          "%s has an open upload, session %s, last touched at %s: %s; let its owner submit it, or repeat"
                  .formatted(existing.key(), existing.id(), existing.touchedAt(), outcome)
              + " this once nobody touched it for "
              + IDLE);
    }
  }

  private UploadSessions sessions() {
    return node.ledger().sessions();
  }
}
