package dev.ingest.core.engine;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.Upload;
import dev.ingest.core.lifecycle.Adopted;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestDecoder;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.RawLocation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Accepts anew what was accepted once and the ledger does not know any more.
 *
 * <p>The bytes are uploaded again from where they lie, with the lengths and digests of their own
 * manifest announced, by the same code as an owner's upload. So nothing has to be believed of what
 * the old session did, keys are not used twice, and what rotted meanwhile is refused. They go
 * through a session that is theirs alone, and are accepted only if they come to the root that is
 * stored, in one commit with who adopted them. The old bytes stay where they are.
 *
 * <p>Their owner's quota counts them, and is no reason to refuse them: it was kept when they were
 * accepted, and what the restored ledger counts instead, such as sessions that are open in it and
 * not given up while it is in doubt, would stand in the way of what a receipt was given for.
 */
final class Adoption {

  /** What the owner of adopted bytes may hold. */
  static final OwnerQuota QUOTA = OwnerQuota.UNLIMITED;

  private final Node node;
  private final Intake intake;

  Adoption(Node node, Intake intake) {
    this.node = node;
    this.intake = intake;
  }

  /**
   * What is adopted.
   *
   * @param root what the bytes must come to
   * @param act from which upload, and who and why
   */
  record Source(Digest root, Adopted act) {

    /** Refuses a manifest that is not the one to adopt. */
    void require(SequenceKey key, ManifestSummary manifest) {
      if (!manifest.root().equals(root)) {
        throw new ActRefusedException(
            "the bytes of %s that were read from session %s come to %s, its manifest has root %s;"
                    .formatted(key, act.session(), manifest, root)
                + " nothing was accepted: verify the content store, and repeat");
      }
    }
  }

  private record Found(SessionId session, StoredSet set) {}

  /**
   * Adopts a sequence.
   *
   * @param key whose sequence and which
   * @param chosen the session to adopt; if empty, all that are stored must have the same bytes
   * @param by who and why, which the history keeps
   * @return the new receipt, or the one that the ledger has already for the same bytes
   */
  Receipt adopt(SequenceKey key, Optional<SessionId> chosen, Act by) {
    Map<String, Parts> whole = wholeSessions(key);
    chosen.ifPresent(session -> whole.keySet().retainAll(List.of(session.value())));
    if (whole.isEmpty()) {
      throw new ActRefusedException(
          "no upload of %s that was sent to its end is stored in %s; look at the owner's name and at"
                  .formatted(key, node.content().name())
              + " the id");
    }
    Map<Digest, Found> byRoot = new LinkedHashMap<>();
    whole.forEach(
        (session, parts) -> {
          SessionId id = new SessionId(session);
          StoredSet set = set(key, id, parts);
          byRoot.putIfAbsent(set.summary().root(), new Found(id, set));
        });
    if (byRoot.size() > 1) {
      throw new ActRefusedException(
          "different uploads of %s are stored, in the sessions %s; say which one"
              .formatted(key, whole.keySet()));
    }
    return accept(key, byRoot.values().iterator().next(), by);
  }

  private Receipt accept(SequenceKey key, Found found, Act by) {
    Digest root = found.set().summary().root();
    Source source = new Source(root, new Adopted(found.session(), by));
    try (OpenUpload upload = intake.adopting(key, source)) {
      try (StoredSet.Cursor items = found.set().open(node.content(), ReadPurpose.PROVE)) {
        while (items.hasNext()) {
          add(upload, items.next());
        }
        return upload.submit();
      } catch (RuntimeException e) {
        giveUp(upload, e);
        throw e;
      }
    }
  }

  /** What is not adopted leaves no session that would stand in the way of the next attempt. */
  private static void giveUp(OpenUpload upload, RuntimeException because) {
    try {
      upload.giveUp();
    } catch (RuntimeException e) {
      because.addSuppressed(e);
    }
  }

  private void add(Upload upload, StoredSet.Located located) {
    try (InputStream bytes = node.content().open(located.key(), ByteRange.ALL, ReadPurpose.PROVE)) {
      upload.add(
          located.item().name(),
          OptionalLong.of(located.item().length()),
          Optional.of(located.item().digest()),
          bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + located.key(), e);
    }
  }

  /**
   * For each part the first ordinal that is stored, and the latest that has a manifest. What was
   * stored in parts after that one is of an upload that was resumed in a life that knew nothing of
   * it, and does not make it less whole.
   */
  private static final class Parts {
    private final TreeMap<Integer, Integer> firstOrdinals = new TreeMap<>();
    private int withManifest = -1;

    private boolean isWhole() {
      return withManifest >= 0;
    }
  }

  private Map<String, Parts> wholeSessions(SequenceKey key) {
    Map<String, Parts> sessions = new TreeMap<>();
    Listing listing = new Listing(node.content(), KeyLayout.uploads(key));
    while (listing.hasMore()) {
      for (ContentStat stat : listing.page()) {
        KeyLayout.rawPlace(key, stat.key())
            .ifPresent(
                place -> {
                  Parts parts = sessions.computeIfAbsent(place.session(), missing -> new Parts());
                  parts.firstOrdinals.merge(
                      place.part(), place.ordinal().orElse(Integer.MAX_VALUE), Math::min);
                  if (place.ordinal().isEmpty()) {
                    parts.withManifest = Math.max(parts.withManifest, place.part());
                  }
                });
      }
    }
    sessions.values().removeIf(parts -> !parts.isWhole());
    return sessions;
  }

  private StoredSet set(SequenceKey key, SessionId session, Parts parts) {
    ContentKey manifest =
        KeyLayout.manifest(
            KeyLayout.part(key, new RawLocation(session, List.of(0)), parts.withManifest));
    ManifestSummary summary = summary(manifest);
    RawLocation raw = new RawLocation(session, starts(parts, summary.count()));
    return new StoredSet(
        key,
        StoredSet.What.RAW,
        manifest,
        ordinal -> KeyLayout.rawItem(key, raw, ordinal),
        summary);
  }

  /** A part that stored nothing begins where the next one does. */
  private static List<Integer> starts(Parts parts, int count) {
    List<Integer> starts = new ArrayList<>();
    int next = count;
    for (int part = parts.withManifest; part >= 0; part--) {
      next = Math.min(next, parts.firstOrdinals.getOrDefault(part, Integer.MAX_VALUE));
      starts.add(0, part == 0 ? 0 : next);
    }
    return starts;
  }

  private ManifestSummary summary(ContentKey manifest) {
    try (ManifestDecoder decoder =
        Manifest.decode(node.content().open(manifest, ByteRange.ALL, ReadPurpose.PROVE))) {
      while (decoder.hasNext()) {
        decoder.next();
      }
      return decoder.summary();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + manifest, e);
    }
  }
}
