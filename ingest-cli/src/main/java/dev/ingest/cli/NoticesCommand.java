package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Ingest;
import dev.ingest.core.Notices;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.OwnerNotice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the notices to owners that were refused too often, and has them told again. */
@Command(
    name = "notices",
    description = {
      "Lists notices to owners that were refused too often and set aside.",
      "Status 1 if there are any."
    })
final class NoticesCommand extends EngineCommand {

  @Option(
      names = "--send-again",
      description = "Has all that were set aside told again; needs --actor and --reason.")
  private boolean sendAgain;

  @Option(
      names = "--end",
      description = {
        "Ends the writing of notices, after the last notifier was taken away;",
        "needs --actor and --reason. What waits is told by nobody then. Ends the",
        "condition NOTIFIER_DOWN too, which is told as NOTIFIER_BACK."
      })
  private boolean end;

  @Option(names = "--actor", paramLabel = "WHO", description = "Who decides; recorded.")
  private @Nullable String actor;

  @Option(names = "--reason", paramLabel = "WHY", description = "Why; recorded.")
  private @Nullable String reason;

  NoticesCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = ledgerEngine(stores)) {
      if (end || sendAgain) {
        decide(engine);
      }
      long aside = options().json() ? listAsJson(engine) : listAsText(engine);
      int code = aside > 0 && !sendAgain ? ExitCodes.NEEDS_PERSON : ExitCodes.DONE;
      return end || sendAgain ? code : stores.ended(code);
    }
  }

  private void decide(Ingest engine) {
    if (actor == null || reason == null) {
      throw new UsageException(
          "--end and --send-again need --actor and --reason; %d notices wait, which nobody tells"
                  .formatted(engine.notices().pending())
              + " nor watches over after an end");
    }
    if (end) {
      long waiting = engine.acts(actor, reason).endNotices();
      terminal()
          .warn(
              "notices are not written any more; %d that wait are given up until a notifier comes"
                  .formatted(waiting));
    }
  }

  private long listAsText(Ingest engine) {
    Notices notices = engine.notices();
    long aside =
        each(
            engine,
            waiting ->
                terminal()
                    .say(
                        Terminal.line(
                            "%s  %s %s of %s, tried %d times: %s"
                                .formatted(
                                    waiting.notice().key(),
                                    waiting.notice().kind(),
                                    waiting.notice().id(),
                                    waiting.notice().cause().at(),
                                    waiting.tries().made(),
                                    waiting.tries().problem()))));
    terminal()
        .say(
            "%d notices wait, %d of them %s; notices are %s"
                .formatted(
                    notices.pending(),
                    aside,
                    sendAgain ? "were set aside and are told again" : "set aside",
                    notices.isOn() ? "written" : "not written"));
    return aside;
  }

  private long listAsJson(Ingest engine) {
    Notices notices = engine.notices();
    try (JsonOutput json = new JsonOutput(terminal().out())) {
      json.write(out -> out.writeArrayFieldStart("aside"));
      long aside = each(engine, waiting -> json.write(out -> write(out, waiting)));
      json.write(JsonGenerator::writeEndArray);
      long pending = notices.pending();
      boolean isOn = notices.isOn();
      json.write(
          out -> {
            out.writeNumberField("pending", pending);
            out.writeBooleanField("written", isOn);
            out.writeBooleanField("sentAgain", sendAgain);
          });
      return aside;
    }
  }

  private static void write(JsonGenerator out, WaitingNotice waiting) throws IOException {
    OwnerNotice notice = waiting.notice();
    out.writeStartObject();
    out.writeStringField("notice", notice.id());
    out.writeStringField("kind", notice.kind().name());
    out.writeStringField("owner", notice.key().owner().value());
    out.writeStringField("sequence", notice.key().id().value());
    out.writeStringField("at", notice.cause().at().toString());
    out.writeNumberField("tries", waiting.tries().made());
    out.writeStringField("problem", waiting.tries().problem());
    out.writeEndObject();
  }

  private long each(Ingest engine, Consumer<WaitingNotice> each) {
    long count = 0;
    Optional<OwnerNotice> after = Optional.empty();
    List<WaitingNotice> page;
    do {
      page = engine.notices().aside(after, Notices.MAX_LIMIT);
      page.forEach(each);
      count += page.size();
      List<OwnerNotice> told = new ArrayList<>();
      page.forEach(waiting -> told.add(waiting.notice()));
      if (sendAgain && !told.isEmpty() && actor != null && reason != null) {
        engine.acts(actor, reason).sendAgain(told);
      }
      after = told.isEmpty() ? after : Optional.of(told.get(told.size() - 1));
    } while (page.size() == Notices.MAX_LIMIT);
    return count;
  }
}
