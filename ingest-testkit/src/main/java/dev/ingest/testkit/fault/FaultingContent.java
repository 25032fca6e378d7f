package dev.ingest.testkit.fault;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.testkit.fault.CallSite.Role;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * A content backend at whose calls things go wrong: the store, its writers, its read streams and
 * its purger.
 *
 * <p>So that a commit can be torn between two keys, each put goes to a writer of its own below, all
 * of which the commit commits in the order of the puts. Injected errors are {@link
 * ContentException}s, in streams {@link java.io.IOException}s, and a {@link SimulatedCrash} where
 * the process dies. As safe for use by several threads as what it wraps and the injector are.
 */
public final class FaultingContent implements ContentStore, ContentPurger {

  private final ContentAccess access;
  private final FaultGate gate;

  /**
   * Wraps a backend; stale reads are refused.
   *
   * @param access both sides of the backend
   * @param injector what goes wrong
   */
  public FaultingContent(ContentAccess access, FaultInjector injector) {
    this(access, injector, false);
  }

  /**
   * Wraps a backend.
   *
   * @param access both sides of the backend
   * @param injector what goes wrong
   * @param staleReads whether {@link Fault.StaleRead} is allowed, which breaks the interface
   */
  public FaultingContent(ContentAccess access, FaultInjector injector, boolean staleReads) {
    this.access = access;
    this.gate = new FaultGate(access.store().name(), injector, ContentException::new, staleReads);
  }

  /**
   * Returns all sides of the wrapped backend.
   *
   * @return this object as store and as purger, and the upkeep as it is
   */
  public ContentAccess access() {
    return new ContentAccess(this, this, access.upkeep());
  }

  @Override
  public String name() {
    return access.store().name();
  }

  @Override
  public ContentCapabilities capabilities() {
    return access.store().capabilities();
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    return new FaultingWriter(access.store(), prefix, gate);
  }

  @Override
  public Optional<ContentStat> stat(ContentKey key) {
    return gate.read(Role.CONTENT, "stat", List.of(key), () -> access.store().stat(key));
  }

  @Override
  public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
    InputStream bytes =
        gate.whole(Role.CONTENT, "open", () -> access.store().open(key, range, purpose));
    return new FaultingStream(bytes, gate);
  }

  @Override
  public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    return gate.read(
        Role.CONTENT,
        "list",
        List.of(prefix, after, limit),
        () -> access.store().list(prefix, after, limit));
  }

  @Override
  public List<Outcome> delete(Permit permit) {
    return gate.batch(
        Role.PURGER,
        "delete",
        () -> access.purger().delete(permit),
        kept -> {
          List<ContentKey> first = FaultGate.first(permit.keys(), kept);
          if (!first.isEmpty()) {
            access.purger().delete(only(permit, first));
          }
        });
  }

  private static Permit only(Permit permit, List<ContentKey> keys) {
    return new Permit(permit.reason(), permit.sequence(), permit.evidence(), permit.scope(), keys);
  }

  @Override
  public void close() {
    access.close();
  }
}
