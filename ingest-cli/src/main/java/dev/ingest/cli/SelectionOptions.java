package dev.ingest.cli;

import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which sequences are meant: those for which everything holds that is given. */
final class SelectionOptions {

  @Option(names = "--owner", paramLabel = "NAME", description = "Only this owner's sequences.")
  private @Nullable String owner;

  @Option(names = "--from", paramLabel = "TIME", description = "Accepted at this time or later.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Accepted before this time.")
  private @Nullable String to;

  @Option(
      names = "--touched",
      description = "Counts what was recorded between --from and --to, too; reads histories.")
  private boolean touched;

  @Option(
      names = "--for-pipeline",
      paramLabel = "NAME",
      description = "Only sequences of this pipeline.")
  private @Nullable String pipeline;

  @Option(
      names = "--stage",
      paramLabel = "NAME",
      description = "Due for, or failed in, this stage.")
  private @Nullable String stage;

  @Option(
      names = "--node-version",
      paramLabel = "VERSION",
      description = "Worked on by a node of this version; reads histories.")
  private @Nullable String nodeVersion;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "In this state; repeatable: ${COMPLETION-CANDIDATES}.")
  private List<State> states = List.of();

  @Option(names = "--code", paramLabel = "CODE", description = "Failed with this code.")
  private @Nullable String code;

  IncidentQuery query() {
    try {
      return new IncidentQuery(
          Optional.ofNullable(owner).map(OwnerId::new),
          window(),
          new IncidentQuery.Work(
              Optional.ofNullable(pipeline),
              Optional.ofNullable(stage),
              Optional.ofNullable(nodeVersion)),
          states.isEmpty() ? Set.of() : EnumSet.copyOf(states),
          Optional.ofNullable(code));
    } catch (InvalidValueException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private Optional<IncidentQuery.Window> window() {
    if (from == null && to == null) {
      if (touched) {
        throw new UsageException("--touched needs --from and --to");
      }
      return Optional.empty();
    }
    if (from == null || to == null) {
      throw new UsageException("--from and --to go together");
    }
    return Optional.of(new IncidentQuery.Window(time(from), time(to), touched));
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new UsageException(
          Terminal.quoted(text) + " is no time in UTC, such as 2026-03-01T10:00:00Z");
    }
  }

  /** Says in words which are meant; empty text for all. */
  static String asked(IncidentQuery query) {
    StringBuilder asked = new StringBuilder();
    query.owner().ifPresent(one -> asked.append(" owner ").append(one));
    query
        .window()
        .ifPresent(
            span ->
                asked.append(
                    " %s from %s to %s"
                        .formatted(
                            span.touched() ? "accepted or touched" : "accepted",
                            span.from(),
                            span.to())));
    query.work().pipeline().ifPresent(one -> asked.append(" pipeline ").append(one));
    query.work().stage().ifPresent(one -> asked.append(" stage ").append(one));
    query.work().nodeVersion().ifPresent(one -> asked.append(" node version ").append(one));
    query.code().ifPresent(one -> asked.append(" code ").append(one));
    if (!query.states().isEmpty()) {
      asked.append(" states ").append(EnumSet.copyOf(query.states()));
    }
    return asked.isEmpty() ? "" : asked.substring(1);
  }
}
