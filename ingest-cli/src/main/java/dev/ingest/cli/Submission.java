package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.cli.bag.Counted;
import dev.ingest.core.Ingest;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.QuotaExceededException;
import dev.ingest.core.SequenceConflictException;
import dev.ingest.core.Upload;
import dev.ingest.core.UploadClosedException;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.SessionOpening;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * Sends the files of one path.
 *
 * <p>The files are the truth, and an open upload of the same id is a saving. It is resumed if what
 * it recorded is how the files begin, by name, order and length; the bytes are then compared as
 * they pass. Otherwise the upload that would come out is not what the path holds (a file that has
 * gone since, one more in between, other bytes), so the session is given up and another one begins.
 * Bytes that are already accepted under the id are not touched by any of this.
 */
final class Submission {

  private static final int LONGEST_NAME = 100;
  private static final int MAX_ATTEMPTS = 5;

  private final Stores stores;
  private final Ingest engine;
  private final SecureRandom random;
  private final ProgressBar progress;
  private final Duration lease;

  /**
   * Creates a submission.
   *
   * @param lease how long the open upload of another process must have been untouched before it may
   *     be given up
   */
  Submission(
      Stores stores, Ingest engine, SecureRandom random, ProgressBar progress, Duration lease) {
    this.lease = lease;
    this.stores = stores;
    this.engine = engine;
    this.random = random;
    this.progress = progress;
  }

  /** Sends files under an id that was made just now, so that nobody can have used it. */
  Receipt sendNew(SequenceKey key, SequenceFiles files) throws IOException {
    return upload(key, files);
  }

  /**
   * Sends files under an id that may have an open upload, or an entry. Whoever resumes an upload
   * closes it for the process that sent before, so a loser looks again: the bytes may be accepted
   * by now.
   */
  Receipt send(SequenceKey key, SequenceFiles files)
      throws IOException, SequenceFiles.RefusedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return resumeOrBegin(key, files);
      } catch (UploadClosedException e) {
        if (attempt == MAX_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private Receipt resumeOrBegin(SequenceKey key, SequenceFiles files)
      throws IOException, SequenceFiles.RefusedException {
    SessionId fresh = fresh();
    UploadSession session = session(fresh, key);
    boolean ours = session.id().equals(fresh);
    boolean live = !ours && isLive(session);
    boolean resumed = session.recorded().items() > 0;
    if (!isBeginning(session, files.items())) {
      giveUpForeign(session, lease);
      resumed = false;
    }
    try {
      return upload(key, files);
    } catch (ItemRefusedException e) {
      if (!resumed) {
        if (ours) {
          giveUp(session.id());
        }
        throw e;
      }
      if (live) {
        throw busy(session);
      }
      giveUp(session.id());
      return upload(key, files);
    } catch (SequenceConflictException e) {
      // Left open, it would stand in the way of the bytes that belong to this id.
      if (!live) {
        giveUp(session(fresh(), key).id());
      }
      throw e;
    }
  }

  private SessionId fresh() {
    return SessionId.ofBits(random.nextLong(), random.nextLong());
  }

  private boolean isLive(UploadSession session) {
    return session.touchedAt().plus(lease).isAfter(stores.ledger().ledger().now());
  }

  /** Gives up an upload that another process may be sending, unless it did so just now. */
  private void giveUpForeign(UploadSession session, Duration untouchedFor)
      throws SequenceFiles.RefusedException {
    Outcome outcome = abandon(session.id(), untouchedFor);
    if (outcome instanceof Outcome.NotApplied not && not.reason() == Outcome.Reason.CONFLICT) {
      throw busy(session);
    }
  }

  private SequenceFiles.RefusedException busy(UploadSession session) {
    return new SequenceFiles.RefusedException(
        "%s has an open upload of other files that was at work at %s; try again when it was idle for %d seconds"
            .formatted(session.key(), session.touchedAt(), lease.toSeconds()));
  }

  private Receipt upload(SequenceKey key, SequenceFiles files) throws IOException {
    try (Upload upload = engine.upload(key)) {
      for (SequenceFiles.Item item : files.items()) {
        try (InputStream body = new Counted(Files.newInputStream(item.file()), progress::advance)) {
          upload.add(item.name(), OptionalLong.of(item.length()), item.digest(), body);
        }
      }
      return upload.submit();
    }
  }

  /** Opens a session for the engine to resume, which shows the open one if there is one. */
  private UploadSession session(SessionId fresh, SequenceKey key) {
    SessionOpening opening =
        sessions().open(fresh, key, Reservation.NONE, IntakeLimits.DEFAULT.quota());
    if (opening instanceof SessionOpening.Opened opened) {
      return opened.session();
    } else if (opening instanceof SessionOpening.AlreadyOpen open) {
      return open.existing();
    }
    throw new QuotaExceededException(
        "owner %s holds too much to open an upload: %s"
            .formatted(key.owner(), ((SessionOpening.OverQuota) opening).usage()));
  }

  private boolean isBeginning(UploadSession session, List<SequenceFiles.Item> items) {
    int next = 0;
    List<SessionItem> page;
    do {
      page = sessions().items(session.id(), next - 1, ScanQuery.MAX_LIMIT);
      for (SessionItem recorded : page) {
        if (next == items.size()
            || !recorded.item().name().equals(items.get(next).name())
            || recorded.item().length() != items.get(next).length()) {
          return false;
        }
        next++;
      }
    } while (page.size() == ScanQuery.MAX_LIMIT);
    return true;
  }

  private void giveUp(SessionId session) {
    // A refusal means that it is closed already, by its acceptance or by somebody else.
    abandon(session, Duration.ZERO);
  }

  private Outcome abandon(SessionId session, Duration untouchedFor) {
    Outcome outcome = sessions().abandon(session, untouchedFor);
    if (outcome instanceof Outcome.Unknown unknown) {
      throw new OutcomeUnknownException(
          "whether the open upload " + session + " was given up is unknown; submit again",
          unknown.cause());
    }
    return outcome;
  }

  private UploadSessions sessions() {
    return stores.ledger().sessions();
  }

  /**
   * Makes an id out of a file's name and random digits.
   *
   * @param path the file or directory
   * @param digits random digits, so that the next submission of the same path gets another id
   */
  static String idFor(Path path, String digits) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    String readable =
        (name == null ? "" : name.toString())
            .replaceAll("[^A-Za-z0-9._-]+", "-")
            .replaceAll("^[^A-Za-z0-9]+", "");
    String cut = readable.substring(0, Math.min(LONGEST_NAME, readable.length()));
    return (cut.isEmpty() ? "sequence" : cut) + "-" + digits;
  }
}
