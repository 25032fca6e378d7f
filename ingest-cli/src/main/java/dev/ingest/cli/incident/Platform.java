package dev.ingest.cli.incident;

import dev.ingest.core.AuditPolicy;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.Pipeline;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.StageRef;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/** The platform on the library: two pipelines, whose three stages live in three services. */
final class Platform {

  /** The old route. */
  static final String OLD = "hourly";

  /** The new route. */
  static final String NEW = "continuous";

  private static final int OLD_CONTRACT = 1;
  private static final int NEW_CONTRACT = 2;

  private Platform() {}

  /** Begins an engine of a service. */
  static IngestBuilder service(
      LedgerStore ledger, ContentAccess content, Role role, Release release, Path home) {
    return Ingest.builder()
        .ledger(ledger)
        .content(content)
        .node(new NodeId(role.label() + "-" + release.version()), release.version())
        .times(Terms.TIMES)
        .work(Terms.WORK)
        .longestPoll(Duration.ofMillis(200))
        .audits(AuditPolicy.NEVER)
        .scrub(ScrubPolicy.DEFAULT.withOn(false))
        .withoutWatch()
        .pipeline(pipeline(OLD, Optional.of(role), release, home))
        .pipeline(pipeline(NEW, Optional.of(role), release, home));
  }

  /** Builds a pipeline as a service has it, or as one has it that only takes uploads. */
  static Pipeline pipeline(String name, Optional<Role> own, Release release, Path home) {
    Pipeline.Builder pipeline = Pipeline.named(name);
    for (Role role : Role.values()) {
      StageRef ref = new StageRef(role.label(), contract(name, role, own, release));
      boolean isHere = own.filter(role::equals).isPresent();
      boolean isSilent = role == Role.ENRICH && name.equals(OLD) && release == Release.SILENT;
      Optional<Silence> silence = isSilent ? Optional.of(Silence.in(home)) : Optional.empty();
      pipeline.stage(isHere ? new Step(ref, role, silence) : Stage.elsewhere(ref));
    }
    return own.filter(Role.INDEX::equals).isPresent()
        ? pipeline.expect(Expectation.onePerItem()).build()
        : pipeline.verifiedElsewhere().build();
  }

  private static int contract(String pipeline, Role role, Optional<Role> own, Release release) {
    if (role != Role.ENRICH) {
      return OLD_CONTRACT;
    }
    boolean isRaised = own.filter(role::equals).isPresent() && release == Release.OTHER_CONTRACT;
    return pipeline.equals(NEW) || isRaised ? NEW_CONTRACT : OLD_CONTRACT;
  }

  /** A stage, which may be one that returns normally and has not written what it should. */
  private record Step(StageRef ref, Role role, Optional<Silence> silence) implements Stage {

    @Override
    public void run(StageContext context) throws IOException {
      int left = context.input().count();
      if (silence.isPresent()) {
        silence.get().note(context.sequence());
        left = Silence.written(context.sequence(), left);
      }
      Iterator<StageItem> items = context.items();
      for (; left > 0; left--) {
        StageItem item = items.next();
        emit(context, item.name(), item.open());
      }
    }

    private void emit(StageContext context, ItemName name, InputStream body) throws IOException {
      try (body) {
        String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
        byte[] done = role.apply(text).getBytes(StandardCharsets.UTF_8);
        context.emit(name, new ByteArrayInputStream(done));
      }
    }
  }
}
